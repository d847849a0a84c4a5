import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, open, openAlbum, playRow, soundMoves, test } from "../listening";
import { LYRICAL, NOISE } from "../music";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];
/** One page of each kind; what the server names is asked of the server. */
async function paths(page: Page): Promise<string[]> {
  const first = async (list: string) => {
    const answer = await page.request.get(`/api/music/v1/${list}?limit=1`);
    const { items } = (await answer.json()) as { items: { page_url: string }[] };
    expect(items, list).toHaveLength(1);
    return items[0]?.page_url ?? "";
  };
  return [
    "/music",
    "/music/charts/2026-01-01T00:00:00Z",
    "/music/chart/rules",
    "/music/new",
    "/music/albums",
    await first("albums"),
    await first("artists"),
    await first("genres"),
    await first("tracks"),
    "/music/search",
    "/music/search?q=aurora",
    "/music/search?q=qqzzxx",
    "/music/library",
    "/music/credits",
    "/music/nothing-here",
  ];
}

async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("M15 axe finds nothing on any page", async ({ page }) => {
      test.setTimeout(180_000);
      for (const path of await paths(page)) {
        await open(page, path);
        expect(await faults(page), path).toEqual([]);
      }
    });

    test("M15 axe finds nothing in the player, its panels, menus and dialogs", async ({ page }) => {
      test.setTimeout(120_000);
      await openAlbum(page, NOISE);
      await playRow(page, LYRICAL);
      await soundMoves(page);
      expect(await faults(page), "bar").toEqual([]);
      await page.keyboard.press("q");
      await expect(page.locator(".queue-item").first()).toBeVisible();
      expect(await faults(page), "queue").toEqual([]);
      await page.keyboard.press("y");
      await expect(page.locator(".lyrics-line").first()).toBeVisible();
      expect(await faults(page), "lyrics").toEqual([]);
      await page.keyboard.press("y");
      await page.getByRole("button", { name: "재생 설정" }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      expect(await faults(page), "settings").toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Shift+?");
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await faults(page), "keys").toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator(".player-open").click();
      await expect(page.locator("dialog.now")).toBeVisible();
      expect(await faults(page), "full player").toEqual([]);
    });
  });
}

test("M15 a menu gives the focus back, a panel too", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  const settings = page.getByRole("button", { name: "재생 설정" });
  await settings.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitemradio").first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitemradio").nth(1)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(settings).toBeFocused();
  const queue = page.locator(".player-tools").getByRole("button", { name: "대기열" });
  await queue.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "대기열" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(queue).toBeFocused();
});

test("M15 each new track is announced once", async ({ page }) => {
  await openAlbum(page, NOISE);
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    const region = document.getElementById("announcer");
    if (region) new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, { childList: true });
  });
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  await page.keyboard.press("Shift+N");
  await soundMoves(page, 1);
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said).toEqual(["Neon River의 Aurora 재생 중", "가람의 Borealis 재생 중"]);
});

test("M15 controls are large enough for a finger", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await page.locator(".player-open").click();
  await expect(page.locator("dialog.now")).toBeVisible();
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("dialog.now button")]
      .map((button) => ({ label: button.getAttribute("aria-label"), box: button.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 44 || box.height < 44)
      .map(({ label }) => label),
  );
  expect(small).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
