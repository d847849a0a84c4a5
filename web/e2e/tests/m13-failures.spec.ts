import {
  expect,
  nowTitle,
  openAlbum,
  playRow,
  row,
  silentSeconds,
  sounding,
  soundMoves,
  state,
  test,
} from "../listening";
import { NOISE } from "../music";

test("M13 a lost connection plays what is loaded, pauses honestly, and goes on by itself", async ({
  page,
  context,
}) => {
  test.setTimeout(120_000);
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await expect.poll(async () => (await sounding(page)).bufferedEnd).toBeGreaterThan(15);
  await context.setOffline(true);
  await expect(page.locator(".player-notice")).toContainText("연결이 끊겼어요", { timeout: 60_000 });
  const stoodAt = (await sounding(page)).time;
  expect(stoodAt).toBeGreaterThan(10);
  await context.setOffline(false);
  await soundMoves(page, stoodAt + 0.5);
  await expect(page.locator(".player-notice")).toHaveCount(0);
  await expect(nowTitle(page)).toHaveText("Aurora");
  expect(await silentSeconds(page, 2)).toBeLessThan(0.3);
});

test("M13 a jump past what is loaded says that the connection is lost, and goes on there by itself", async ({
  page,
  context,
}) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await context.setOffline(true);
  const box = await page.locator(".player-bar .seek-input").boundingBox();
  if (!box) throw new Error("no seek bar");
  await page.mouse.click(box.x + box.width * 0.9, box.y + box.height / 2);
  const { time, bufferedEnd } = await sounding(page);
  expect(time).toBeGreaterThan(bufferedEnd);
  await expect(page.locator(".player-notice")).toContainText("연결이 끊겼어요", { timeout: 10_000 });
  await context.setOffline(false);
  await soundMoves(page, time + 0.5);
  await expect(page.locator(".player-notice")).toHaveCount(0);
});

test("M13 a track that is gone says so, offers another try, and the next one begins after five seconds", async ({
  page,
}) => {
  await page.route("**/tracks/*/hls.m3u8", (route) => route.fulfill({ status: 404, body: "" }));
  await page.route("**/tracks/*/stream*", (route) => route.fulfill({ status: 404, body: "" }));
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await expect(page.locator(".player-notice")).toContainText("더 이상 없는 곡이에요");
  await expect(state(page)).toHaveAttribute("data-state", "error");
  await expect(page.locator(".player-notice").getByRole("button", { name: "다시 시도" })).toBeVisible();
  await page.unroute("**/tracks/*/hls.m3u8");
  await page.unroute("**/tracks/*/stream*");
  await expect(nowTitle(page)).toHaveText("Borealis", { timeout: 8_000 });
  await soundMoves(page);
});

test("M13 a server in trouble is asked again, and music starts when it is better", async ({ page }) => {
  let refusals = 2;
  await page.route("**/tracks/*/hls.m3u8", (route) => {
    refusals -= 1;
    return refusals >= 0 ? route.fulfill({ status: 503, body: "" }) : route.continue();
  });
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  expect(refusals).toBeLessThan(0);
});

test("M13 a file that is refused while the server is busy is asked for again when the server said to", async ({
  page,
}) => {
  const refusedAt: number[] = [];
  await page.route("**/tracks/*/hls.m3u8", (route) => route.fulfill({ status: 404, body: "" }));
  await page.route("**/tracks/*/stream*", (route) => {
    // As the server does when all of its whole-file answers are given: a small part is answered all the same.
    const isPart = /^bytes=\d+-\d+$/.test(route.request().headers().range ?? "");
    const firstAt = refusedAt[0] ?? Date.now();
    if (isPart || Date.now() - firstAt > 4_000) return route.continue();
    refusedAt.push(Date.now());
    return route.fulfill({ status: 503, headers: { "retry-after": "5" }, body: "" });
  });
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await expect(nowTitle(page)).toHaveText("Aurora");
  // The element's own request and the one that asked why it failed.
  expect(refusedAt).toHaveLength(2);
});

test("M13 a server that is gone is named, not the link", async ({ page }) => {
  await page.route("**/tracks/*/hls.m3u8", (route) => route.abort());
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await expect(page.locator(".player-notice")).toContainText("서버가 응답하지 않아요");
  await page.unroute("**/tracks/*/hls.m3u8");
  await soundMoves(page);
  await expect(page.locator(".player-notice")).toHaveCount(0);
});

test("M13 broken renditions give way to the file itself", async ({ page }) => {
  await page.route("**/media/**", (route) => route.fulfill({ status: 404, body: "" }));
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await expect(page.locator(".player-bar .badge")).toHaveText("원본");
});

test("M13 a server in trouble shows its page, or none, and what plays plays on", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  const link = page.locator('a[href="/music/new"]').first();
  // Somebody in front of the server answers for it.
  await page.route("**/music/new", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "away" }));
  const album = page.url();
  await link.click();
  await expect(page.locator(".toast")).toContainText("페이지를 불러오지 못했어요");
  await expect(page).toHaveURL(album);
  await page.unroute("**/music/new");
  await page.route("**/music/new", async (route) => {
    const response = await route.fetch({ url: new URL("/music/nowhere", route.request().url()).href });
    return route.fulfill({ response, status: 503 });
  });
  await link.click();
  await expect(page).toHaveURL(/\/music\/new$/);
  await expect(page.locator("#main .error-page")).toBeVisible();
  const { time, paused } = await sounding(page);
  expect(paused).toBe(false);
  await soundMoves(page, time + 0.5);
  await page.unroute("**/music/new");
  await link.click();
  await expect(row(page, "Aurora")).toBeVisible();
  await expect(nowTitle(page)).toHaveText("Aurora");
});
