import type { Page } from "@playwright/test";
import { expect, openAlbum, playRow, setRate, silentSeconds, soundMoves, test, throttle } from "../listening";
import { NOISE } from "../music";

const badge = (page: Page) => page.locator(".player-bar .badge");

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "재생 설정" }).click();
  await page.getByRole("menuitemradio", { name }).click();
  await page.keyboard.press("Escape");
}

test("M12 a chosen quality takes effect at the next segment and is shown", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  for (const [name, shown] of [
    ["데이터 절약", "64 kbps"],
    ["높음", "256 kbps"],
    ["보통", "128 kbps"],
  ] as const) {
    await choose(page, name);
    await expect(badge(page)).toHaveText(shown, { timeout: 8_000 });
  }
  expect(await silentSeconds(page, 3)).toBeLessThan(0.3);
});

test("M12 quality follows a link of 1 Mbit/s, 100 kbit/s and back, without a stall", async ({ page }) => {
  test.setTimeout(150_000);
  await openAlbum(page, NOISE);
  const link = await throttle(page, 1_000);
  await playRow(page, "Aurora");
  await soundMoves(page, 3);
  await setRate(link, 100);
  expect(await silentSeconds(page, 45)).toBeLessThan(0.3);
  await expect(badge(page)).toHaveText("64 kbps");
  await setRate(link, 1_000);
  expect(await silentSeconds(page, 40)).toBeLessThan(0.3);
  await expect(badge(page)).not.toHaveText("64 kbps");
});

test("M12 with Save-Data music starts and stays at 64 kbit/s", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  });
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/media/") && asked.push(decodeURIComponent(request.url())));
  await openAlbum(page, NOISE);
  expect(await page.locator('link[rel="prefetch"]').count()).toBe(0);
  await playRow(page, "Aurora");
  await soundMoves(page, 3);
  await expect(badge(page)).toHaveText("64 kbps");
  expect(asked.length).toBeGreaterThan(2);
  for (const url of asked) expect(url).toMatch(/[?&]CMCD=.*\bbr=6\d\b/);
});

test("M12 media requests carry the standard's keys and no listener", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/media/") && asked.push(request.url()));
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  const keys = asked.map((url) =>
    (new URL(url).searchParams.get("CMCD") ?? "").split(",").map((part) => part.split("=")[0]),
  );
  for (const given of keys) for (const key of ["br", "ot", "sf", "sid", "st", "tb"]) expect(given).toContain(key);
  expect(keys[0]).toContain("su");
  expect(keys.flat()).not.toContain("cid");
});
