import AxeBuilder from "@axe-core/playwright";
import { expect, openAlbum, playRow, settled, soundMoves, test } from "../listening";
import { HALVES } from "../music";

/** A chart each minute, and some time to tell. */
const CHART_WITHIN_MS = 90_000;

test("M1 a play that counts brings its track into the chart that stands open, with rank and movement", async ({
  page,
  context,
}) => {
  test.setTimeout(CHART_WITHIN_MS + 60_000);
  await openAlbum(page, HALVES);
  await playRow(page, "Second Half");
  await soundMoves(page, 7);
  const chart = await context.newPage();
  await chart.goto("/music");
  const entry = chart.locator("#main .track-row", { hasText: "Second Half" });
  await expect(entry.locator(".track-rank")).toBeVisible({ timeout: CHART_WITHIN_MS });
  await expect(entry.locator(".track-rank")).toContainText(/\d/);
  await expect(chart.locator("#main time").first()).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await chart.emulateMedia({ colorScheme });
    await settled(chart);
    const { violations } = await new AxeBuilder({ page: chart }).analyze();
    expect(
      violations.map(({ id }) => id),
      colorScheme,
    ).toEqual([]);
  }
  // One track is ranked; the newest music below it follows.
  await chart.locator('#main [data-act="play-all"]').click();
  await chart.keyboard.press("q");
  await expect(chart.locator(".queue-item .queue-title").first()).toHaveText("Second Half");
  await expect(chart.locator(".queue-item")).toHaveCount(9);
});
