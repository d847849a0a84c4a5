import { expect, open, playRow, sounding, soundMoves, test } from "../listening";

test("M2 the music goes on while the language is switched, and every text follows", async ({ page }) => {
  await open(page, "/music/new");
  await playRow(page, "Aurora");
  await soundMoves(page);
  await page.keyboard.press("q");
  const queue = page.locator(".panel");
  await expect(queue).toHaveAccessibleName("대기열");
  const from = { at: Date.now(), time: (await sounding(page)).time };
  const speaks = async (lang: "ko" | "en") => {
    const [albums, pause, panel] = lang === "en" ? ["Albums", "Pause", "Queue"] : ["앨범", "일시정지", "대기열"];
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    await expect(page.locator('.site-nav a[href="/music/albums"]')).toHaveText(albums);
    await expect(page.locator(".player-play")).toHaveAccessibleName(pause);
    await expect(queue).toHaveAccessibleName(panel);
    await expect(page.locator(".player")).toHaveAttribute("data-state", "playing");
  };

  await page.locator('a[data-lang="en"]').click();
  await speaks("en");
  await expect(page.locator("#main h1")).toHaveText("New music");
  // The page has the address it has in any language.
  await expect(page).toHaveURL(/\/music\/new$/);
  await page.locator('a[href="/music/albums"]').first().click();
  await expect(page.locator("#main h1")).toHaveText("Albums");
  await page.locator('a[data-lang="ko"]').click();
  await speaks("ko");
  // Every page speaks what was chosen last, and choosing was no step of its own.
  await page.goBack();
  await expect(page.locator("#main h1")).toHaveText("최신 음악");
  await expect(page).toHaveURL(/\/music\/new$/);
  await speaks("ko");

  const elapsed = (Date.now() - from.at) / 1_000;
  expect((await sounding(page)).time - from.time).toBeGreaterThan(elapsed * 0.95 - 0.3);
  await page.locator(".search-form input[type=search]").fill("aur");
  await expect(page.locator('[role="option"]').first()).toContainText("Aurora");
});
