import type { Page } from "@playwright/test";
import { expect, openAlbum, playRow, row, setRate, silentSeconds, soundMoves, test, throttle } from "../listening";
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
    ["데이터 절약", "64 kbit/s"],
    ["높음", "256 kbit/s"],
    ["보통", "128 kbit/s"],
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
  await expect(badge(page)).toHaveText("64 kbit/s");
  await setRate(link, 1_000);
  expect(await silentSeconds(page, 20)).toBeLessThan(0.3);
  await expect(badge(page)).not.toHaveText("64 kbit/s", { timeout: 30_000 });
  expect(await silentSeconds(page, 5)).toBeLessThan(0.3);
});

/** What the media requests of the page say of themselves, by the standard's headers. */
function watchCmcd(page: Page): Record<string, string>[] {
  const asked: Record<string, string>[] = [];
  page.on("request", (request) => {
    if (!request.url().includes("/media/")) return;
    const headers = request.headers();
    const keys = ["object", "request", "session", "status"].map((name) => headers[`cmcd-${name}`] ?? "");
    const pairs = keys.flatMap((list) => (list === "" ? [] : list.split(",")));
    asked.push(
      Object.fromEntries(
        pairs.map((pair) => {
          const [key = "", value = ""] = pair.split("=");
          return [key, value];
        }),
      ),
    );
  });
  return asked;
}

test("M12 with Save-Data music starts and stays at 64 kbit/s, and nothing is fetched ahead", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  });
  const asked = watchCmcd(page);
  await openAlbum(page, NOISE);
  expect(await page.locator('link[rel="prefetch"]').count()).toBe(0);
  await row(page, "Aurora").locator('[data-act="play"]').hover();
  await playRow(page, "Aurora");
  await soundMoves(page, 3);
  await expect(badge(page)).toHaveText("64 kbit/s");
  expect(asked.length).toBeGreaterThan(2);
  for (const { br } of asked) expect(br).toMatch(/^6\d$/);
});

test("M12 on a first visit over a slow link the page itself tells the speed: 64 kbit/s, without a stall", async ({
  page,
}) => {
  const asked = watchCmcd(page);
  await throttle(page, 100);
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  expect(await silentSeconds(page, 15)).toBeLessThan(0.3);
  expect(asked[0]?.br).toMatch(/^6\d$/);
});

test("M12 media requests carry the standard's keys and no listener, and one segment has one address", async ({
  page,
}) => {
  const asked = watchCmcd(page);
  const urls: string[] = [];
  page.on("request", (request) => request.url().includes("/media/") && urls.push(request.url()));
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  for (const given of asked)
    expect(Object.keys(given)).toEqual(expect.arrayContaining(["br", "ot", "sf", "sid", "st", "tb"]));
  expect(asked[0]).toHaveProperty("su");
  expect(asked.flatMap(Object.keys)).not.toContain("cid");
  for (const url of urls) expect(url).not.toContain("?");
});
