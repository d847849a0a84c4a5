import { expect, nowTitle, open, openAlbum, playRow, row, soundMoves, stored, test } from "../listening";
import { NOISE } from "../music";

test("M11 a like shows at once, is kept, and can be taken back", async ({ page }) => {
  await openAlbum(page, NOISE);
  const heart = row(page, "Drift").locator('[data-act="like"]');
  await heart.click();
  await expect(heart).toHaveAttribute("aria-pressed", "true");
  await page.reload();
  await expect(heart).toHaveAttribute("aria-pressed", "true");
  await open(page, "/music/library");
  await page.locator('.library-item[href="#likes"]').click();
  await row(page, "Drift").locator('[data-act="play"]').click();
  await expect(nowTitle(page)).toHaveText("Drift");
  await soundMoves(page);
  await row(page, "Drift").locator('[data-act="like"]').click();
  await expect(row(page, "Drift")).toHaveCount(0);
  await page.getByRole("button", { name: "되돌리기" }).click();
  await expect(row(page, "Drift")).toHaveCount(1);
});

test("M11 a track that was liked before its renditions were ready plays them later", async ({ page }) => {
  await openAlbum(page, NOISE);
  await row(page, "Drift").locator('[data-act="like"]').click();
  await page.evaluate(() => {
    const key = "haas.music.library";
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
    kept.likes[0].hls_url = null;
    localStorage.setItem(key, JSON.stringify(kept));
  });
  // Only the library's own question about what it keeps can tell of them.
  await page.route("**/api/music/v1/tracks/*", (route) => route.abort());
  await open(page, "/music/library#likes");
  const url = async () => (await stored<{ likes: { hls_url: string | null }[] }>(page, "library")).likes[0]?.hls_url;
  await expect.poll(url).toMatch(/\.m3u8$/);
  await playRow(page, "Drift");
  await soundMoves(page);
  await expect(page.locator(".player-bar .badge")).toContainText("kbit/s");
});

test("M11 a like that the device cannot keep is rolled back and said", async ({ page }) => {
  await openAlbum(page, NOISE);
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const heart = row(page, "Drift").locator('[data-act="like"]');
  await heart.click();
  await expect(heart).toHaveAttribute("aria-pressed", "false");
  await expect(page.locator(".toast")).toContainText("저장할 수 없어서");
});

test("M11 a playlist is made, filled, renamed, reordered and deleted", async ({ page }) => {
  await openAlbum(page, NOISE);
  const add = async (title: string) => {
    await row(page, title).locator('[data-act="menu"]').click();
    await page.getByRole("menuitem", { name: "플레이리스트에 담기" }).click();
  };
  await add("Ember");
  await page.locator("dialog .text-field").fill("산책");
  await page.getByRole("button", { name: "만들기" }).click();
  await add("Fjord");
  await page.locator("dialog .library-item", { hasText: "산책" }).click();
  await add("Fjord");
  await expect(page.locator("dialog .library-item", { hasText: "산책" })).toContainText("2곡 · 이미 들어 있어요");
  await page.keyboard.press("Escape");
  await open(page, "/music/library");
  await page.locator(".library-item", { hasText: "산책" }).click();
  await expect(page).toHaveTitle("산책 · HaaS Music");
  const titles = page.locator("#main .track-title");
  await expect(titles).toHaveText(["Ember", "Fjord"]);
  await page.getByRole("button", { name: "편집", exact: true }).click();
  await page.getByRole("button", { name: "Fjord 위로" }).click();
  await expect(titles).toHaveText(["Fjord", "Ember"]);
  // It stands first, so only the way down is left to the keyboard.
  await expect(page.getByRole("button", { name: "Fjord 아래로" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(titles).toHaveText(["Ember", "Fjord"]);
  await expect(page.getByRole("button", { name: "Fjord 위로" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(titles).toHaveText(["Fjord", "Ember"]);
  const name = page.locator("#main .text-field");
  await name.fill("밤 산책");
  await name.press("Enter");
  await expect(page).toHaveTitle("밤 산책 · HaaS Music");
  await page.getByRole("button", { name: "Ember 빼기" }).click();
  await expect(titles).toHaveText(["Fjord"]);
  await expect(page.getByRole("button", { name: "Fjord 빼기" })).toBeFocused();
  await page.reload();
  await expect(page.locator("#main .text-field")).toHaveValue("밤 산책");
  await page.getByRole("button", { name: "플레이리스트 삭제" }).click();
  await expect(page.locator(".library-item", { hasText: "밤 산책" })).toHaveCount(0);
  await expect(page).toHaveTitle("보관함 · HaaS Music");
  await page.getByRole("button", { name: "되돌리기" }).click();
  await expect(page.locator(".library-item", { hasText: "밤 산책" })).toHaveCount(1);
});

test("M11 a new playlist is called what is typed next", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await open(page, "/music/library");
  await page.getByRole("button", { name: "새 플레이리스트" }).click();
  const name = page.locator("#main .text-field");
  await expect(name).toBeFocused();
  await page.keyboard.type("Mellow");
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle("Mellow · HaaS Music");
  const { likes } = (await stored<{ likes: unknown[] } | null>(page, "library")) ?? { likes: [] };
  expect(likes).toEqual([]);
});

test("M11 a shared link begins where it was shared", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openAlbum(page, NOISE);
  await row(page, "Aurora").locator('[data-act="play"]').click();
  await soundMoves(page);
  await page.keyboard.press("Shift+ArrowRight");
  await soundMoves(page, 15);
  await row(page, "Aurora").locator('[data-act="menu"]').click();
  await page.getByRole("menuitem", { name: /부터 링크 공유/ }).click();
  await expect(page.locator(".toast")).toContainText("링크를 복사했어요");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/music\/tracks\/[^?]+\?t=1[5-9]$/);
  const other = await context.newPage();
  await open(other, link);
  await other.locator('#main [data-act="play"]').first().click();
  await soundMoves(other, 15);
});
