import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, open, openAlbum, playRow, row, settled, soundMoves, test } from "../listening";
import { LYRICAL, NOISE } from "../music";

/** How often a page is looked at again because something began to move meanwhile. */
const TRIES_MAX = 5;
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

/** What is seen while something moves says nothing: a colour on its way to another has no contrast. */
async function faults(page: Page): Promise<string[]> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    await settled(page);
    const began = await transitions(page);
    const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    if ((await transitions(page)) === began) {
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
    }
  }
  return ["something moves all the time"];
}

/** How many transitions have begun on this page since it was first asked. */
function transitions(page: Page): Promise<number> {
  return page.evaluate(() => {
    const counting = window as typeof window & { transitionCount?: number };
    if (counting.transitionCount === undefined) {
      counting.transitionCount = 0;
      document.addEventListener("transitionrun", () => {
        counting.transitionCount = (counting.transitionCount ?? 0) + 1;
      });
    }
    return counting.transitionCount;
  });
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
      await page.getByRole("menuitem", { name: "잠들기 타이머" }).click();
      await expect(page.getByRole("menuitemradio", { name: "이 곡이 끝나면" })).toBeVisible();
      expect(await faults(page), "sleep").toEqual([]);
      await page.keyboard.press("Escape");
      await row(page, LYRICAL).locator('[data-act="menu"]').click();
      await expect(page.getByRole("menu")).toBeVisible();
      expect(await faults(page), "track menu").toEqual([]);
      await page.getByRole("menuitem", { name: "플레이리스트에 담기" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await faults(page), "first playlist").toEqual([]);
      await page.getByRole("dialog").locator("[type=submit]").click();
      await row(page, LYRICAL).locator('[data-act="menu"]').click();
      await page.getByRole("menuitem", { name: "플레이리스트에 담기" }).click();
      await expect(page.getByRole("dialog").locator(".library-item")).toBeVisible();
      expect(await faults(page), "another playlist").toEqual([]);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await page.keyboard.press("Shift+?");
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await faults(page), "keys").toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator(".player-open").click();
      await expect(page.locator("dialog.now")).toBeVisible();
      expect(await faults(page), "full player").toEqual([]);
      await page.locator("dialog.now").getByRole("button", { name: "재생 설정" }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      expect(await faults(page), "settings in the full player").toEqual([]);
    });

    test("M15 axe finds nothing in suggestions and in choosing rows", async ({ page }) => {
      await open(page, "/music/search?q=aurora");
      const input = page.locator("input[type=search]");
      await input.fill("aur");
      await expect(page.getByRole("option").first()).toBeVisible();
      await page.keyboard.press("ArrowDown");
      expect(await faults(page), "results").toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Enter");
      await expect(page).toHaveURL(/q=aur$/);
      await input.fill("");
      await expect(page.getByRole("group", { name: "최근 검색" }).getByRole("option")).toHaveCount(1);
      await page.keyboard.press("ArrowDown");
      expect(await faults(page), "recent searches").toEqual([]);
      await page.keyboard.press("Escape");
      await row(page, "Aurora").first().locator('[data-act="menu"]').click();
      await page.getByRole("menuitem", { name: "여러 곡 선택" }).click();
      await expect(page.locator(".selection-bar")).toBeVisible();
      expect(await faults(page), "choosing rows").toEqual([]);
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

test("M15 a dialog gives the focus back, however it is closed", async ({ page }) => {
  await openAlbum(page, NOISE);
  const menu = row(page, "Aurora").locator('[data-act="menu"]');
  const dialog = page.getByRole("dialog");
  for (const close of [
    () => dialog.getByRole("button", { name: "닫기" }).click(),
    () => dialog.locator("[type=submit]").click(),
    () => dialog.locator(".library-item").click(),
    () => page.keyboard.press("Escape"),
  ]) {
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "플레이리스트에 담기" }).click();
    await expect(dialog).toBeVisible();
    await close();
    await expect(dialog).toHaveCount(0);
    await expect(menu).toBeFocused();
  }
});

test("M15 a notice waits while somebody points at it", async ({ page }) => {
  await page.clock.install();
  await openAlbum(page, NOISE);
  await row(page, "Aurora").locator('[data-act="menu"]').click();
  await page.getByRole("menuitem", { name: "링크 공유" }).click();
  await page.locator(".toast").hover();
  await page.clock.runFor(60_000);
  await expect(page.locator(".toast")).toBeVisible();
  await page.locator("h1").hover();
  await page.clock.runFor(10_000);
  await expect(page.locator(".toast")).toHaveCount(0);
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

test("M15 the theme goes from the system's to light, to dark and back, and stays after a reload", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, "/music/new");
  const text = () => page.evaluate(() => getComputedStyle(document.body).color);
  /** The colour of the browser's own bar: the one whose condition holds. */
  const bar = () =>
    page.evaluate(() => {
      const colours = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
      return colours.filter((meta) => matchMedia(meta.media).matches).map((meta) => meta.content);
    });
  const dark = await text();
  const button = page.locator('[data-act="theme"]');
  for (const [name, colour] of [
    ["화면 밝기: 시스템", "#0f1413"],
    ["화면 밝기: 밝게", "#faf9f6"],
    ["화면 밝기: 어둡게", "#0f1413"],
  ] as const) {
    await expect(button).toHaveAccessibleName(name);
    expect(await bar(), name).toEqual([colour]);
    expect((await text()) === dark, name).toBe(colour === "#0f1413");
    await page.reload();
    await expect(button).toHaveAccessibleName(name);
    expect(await bar(), name).toEqual([colour]);
    await button.click();
  }
  await expect(button).toHaveAccessibleName("화면 밝기: 시스템");
});
