import type { Page } from "@playwright/test";
import { expect, nowTitle, open, playRow, sounding, soundMoves, test } from "../listening";

test.use({ viewport: { width: 360, height: 740 } });

const sheet = (page: Page) => page.locator("dialog.now");
const opener = (page: Page) => page.locator(".player-open");

/** Comes to the newest music by way of the albums, and plays a track of it. */
async function playNewest(page: Page): Promise<void> {
  await open(page, "/music/albums");
  await page.locator('a[href="/music/new"]').first().click();
  await expect(page).toHaveURL(/\/music\/new$/);
  await playRow(page, "Aurora");
  await soundMoves(page);
}

async function openSheet(page: Page): Promise<void> {
  await opener(page).click();
  await expect(sheet(page)).toBeVisible();
}

test("M2 Back closes the full player and stays on the page, Forward opens it again", async ({ page }) => {
  await playNewest(page);
  await openSheet(page);
  await page.goBack();
  await expect(sheet(page)).toHaveCount(0);
  await expect(page).toHaveURL(/\/music\/new$/);
  await expect(opener(page)).toBeFocused();
  await page.goForward();
  await expect(sheet(page)).toBeVisible();
  await page.goBack();
  await expect(sheet(page)).toHaveCount(0);
  expect((await sounding(page)).paused).toBe(false);
  await page.goBack();
  await expect(page).toHaveURL(/\/music\/albums$/);
});

test("M2 the full player closed by its button or by Escape leaves nothing in the history", async ({ page }) => {
  await playNewest(page);
  const close = sheet(page).getByRole("button", { name: "닫기" });
  for (const leave of [() => close.click(), () => page.keyboard.press("Escape")]) {
    await openSheet(page);
    await leave();
    await expect(sheet(page)).toHaveCount(0);
    await expect(opener(page)).toBeFocused();
    await expect.poll(() => page.evaluate(() => history.state.cover)).toBeUndefined();
  }
  await page.goBack();
  await expect(page).toHaveURL(/\/music\/albums$/);
});

test("M2 the queue over a narrow page goes with Back, and with the page", async ({ page }) => {
  await playNewest(page);
  const panel = page.locator(".panel");
  await openSheet(page);
  await sheet(page).getByRole("button", { name: "대기열" }).click();
  await expect(panel).toBeVisible();
  await expect(sheet(page)).toHaveCount(0);
  await page.goBack();
  await expect(panel).toHaveCount(0);
  await expect(page).toHaveURL(/\/music\/new$/);
  // To another page, and then to the one that stands below the queue.
  for (let time = 0; time < 2; time += 1) {
    await openSheet(page);
    await sheet(page).getByRole("button", { name: "대기열" }).click();
    await expect(panel).toBeVisible();
    await page.locator('.site-nav a[href="/music/search"]').click();
    await expect(page).toHaveURL(/\/music\/search$/);
    await expect(panel).toHaveCount(0);
  }
  await openSheet(page);
  await sheet(page).getByRole("button", { name: "대기열" }).click();
  await expect(panel).toBeVisible();
  await openSheet(page);
  await sheet(page).locator(".now-title").click();
  await expect(page).toHaveURL(/\/music\/tracks\//);
  await expect(sheet(page)).toHaveCount(0);
  await expect(panel).toHaveCount(0);
  expect((await sounding(page)).paused).toBe(false);
});

test("M2 Back takes what stands open above the full player along", async ({ page }) => {
  await playNewest(page);
  await openSheet(page);
  await sheet(page).getByRole("button", { name: "재생 설정" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await page.goBack();
  await expect(sheet(page)).toHaveCount(0);
  await expect(page.getByRole("menu")).toHaveCount(0);
});

test("M2 Escape ends the dialog above the full player, not the full player", async ({ page }) => {
  await playNewest(page);
  await openSheet(page);
  await page.keyboard.press("Shift+?");
  const keys = page.getByRole("dialog", { name: "단축키" });
  await expect(keys).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(keys).toHaveCount(0);
  await sheet(page).getByRole("button", { name: "재생 설정" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(sheet(page)).toHaveCount(0);
});

test("M2 a link in the full player leads to its page, and Back from there to the page under it", async ({ page }) => {
  await playNewest(page);
  await openSheet(page);
  await sheet(page).locator(".now-title").click();
  await expect(page).toHaveURL(/\/music\/tracks\//);
  await expect(sheet(page)).toHaveCount(0);
  await expect(page.locator("#main")).toBeFocused();
  await page.goBack();
  await expect(page).toHaveURL(/\/music\/new$/);
  await expect(sheet(page)).toHaveCount(0);
  // The link to where the music comes from: that page stands there already.
  await openSheet(page);
  await sheet(page).locator(".now-header a").click();
  await expect(sheet(page)).toHaveCount(0);
  await expect(page).toHaveURL(/\/music\/new$/);
  await expect.poll(() => page.evaluate(() => history.state.cover)).toBeUndefined();
  await page.goBack();
  await expect(page).toHaveURL(/\/music\/albums$/);
});

test("M2 a reload under the full player keeps it open, and Back closes it", async ({ page }) => {
  await playNewest(page);
  await openSheet(page);
  await page.reload();
  await expect(sheet(page)).toBeVisible();
  await expect(sheet(page).locator(".now-title")).toHaveText("Aurora");
  await page.goBack();
  await expect(sheet(page)).toHaveCount(0);
  await expect(page).toHaveURL(/\/music\/new$/);
  await expect(nowTitle(page)).toHaveText("Aurora");
});

test("M2 the full player names the licence, and its text opens beside the music", async ({ page, context }) => {
  await context.route("https://creativecommons.org/**", (route) => route.fulfill({ body: "the licence" }));
  await playNewest(page);
  await openSheet(page);
  const licence = sheet(page).getByRole("link", { name: "CC BY 4.0" });
  await expect(licence).toHaveAttribute("rel", "license noopener");
  const [opened] = await Promise.all([context.waitForEvent("page"), licence.click()]);
  await expect(opened).toHaveURL(/^https:\/\/creativecommons\.org\/licenses\/by\/4\.0/);
  await opened.close();
  await expect(sheet(page)).toBeVisible();
  const { time } = await sounding(page);
  await soundMoves(page, time + 0.5);
  await expect(sheet(page).locator(".now-title")).toHaveAttribute("title", "Aurora");
});
