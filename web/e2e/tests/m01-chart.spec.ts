import { expect, nowTitle, open, row, soundMoves, test } from "../listening";

test("M1 the first page shows real music, says where the chart stands, and plays all of it", async ({ page }) => {
  await open(page, "/music");
  const rows = page.locator("#main .track-row");
  await expect(rows).toHaveCount(9);
  await expect(page.locator('a[href="/music/chart/rules"]').first()).toBeVisible();
  // Nothing has been played yet: the newest music, and no invented rank.
  await expect(page.locator("#main .track-rank")).toHaveCount(0);
  await page.locator('#main [data-act="play-all"]').click();
  await soundMoves(page);
  await expect(nowTitle(page)).toHaveText((await rows.first().locator(".track-title").textContent()) ?? "");
  await expect(rows.first()).toHaveAttribute("data-playing", "");
});

test("M1 who is listening comes and goes without moving the list", async ({ page }) => {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await open(page, "/music");
    const topWhen = (listeners: string) =>
      page.evaluate((text) => {
        const line = document.querySelector<HTMLElement>("#main [data-live=listening]");
        if (!line) throw new Error("no line for who is listening");
        line.hidden = text === "";
        line.textContent = text;
        return document.querySelector("#main .track-list")?.getBoundingClientRect().top;
      }, listeners);
    expect(await topWhen("지금 12명이 듣고 있어요")).toBe(await topWhen(""));
    await expect(page.locator("#main [data-live=listening]")).toBeHidden();
  }
});

test("M1 some rows are chosen and go to the queue", async ({ page }) => {
  await open(page, "/music");
  await row(page, "Aurora").locator('[data-act="play"]').click();
  await row(page, "Borealis").locator('[data-act="menu"]').click();
  await page.getByRole("menuitem", { name: "여러 곡 선택" }).click();
  await row(page, "Drift").locator(".track-check").check();
  await expect(page.locator(".selection-bar")).toContainText("2곡");
  await page.locator(".selection-bar").getByRole("button", { name: "대기열에 추가" }).click();
  await expect(page.locator(".track-check")).toHaveCount(0);
  await page.keyboard.press("q");
  const queued = page.locator(".queue-section", { hasText: "다음 순서" }).locator(".queue-title");
  await expect(queued).toHaveCount(2);
});

test("M1 Escape ends choosing rows, and the focus goes to the row", async ({ page }) => {
  await open(page, "/music");
  const menu = row(page, "Borealis").locator('[data-act="menu"]');
  await menu.click();
  await page.getByRole("menuitem", { name: "여러 곡 선택" }).click();
  await expect(page.locator(".selection-bar")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator(".selection-bar, .track-check")).toHaveCount(0);
  await expect(menu).toBeFocused();
});

test("M1 shuffle all plays a track of the page with shuffle on", async ({ page }) => {
  await open(page, "/music");
  await page.locator('#main [data-act="shuffle-all"]').click();
  await soundMoves(page);
  await expect(page.locator('.player-controls [aria-label="셔플"]')).toHaveAttribute("aria-pressed", "true");
});
