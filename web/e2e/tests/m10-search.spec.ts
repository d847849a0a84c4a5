import { expect, open, test } from "../listening";

declare global {
  interface Window {
    suggestedAfterMs: Promise<number>;
  }
}

test("M10 suggestions come while typing, keys choose one, and the page follows", async ({ page }) => {
  await open(page, "/music");
  const input = page.locator("input[type=search]");
  await input.focus();
  // Measured by the page itself, from the last key to the row that is there.
  await page.evaluate(() => {
    let lastKeyAt = 0;
    addEventListener("keydown", ({ timeStamp }) => (lastKeyAt = timeStamp), true);
    window.suggestedAfterMs = new Promise((resolve) => {
      const look = () =>
        document.querySelector(".suggestion") ? resolve(performance.now() - lastKeyAt) : setTimeout(look, 5);
      look();
    });
  });
  await input.pressSequentially("auro", { delay: 30 });
  const tookMs = await page.evaluate(() => window.suggestedAfterMs);
  console.log(`      suggestions after ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(150);
  await expect(page.getByRole("option").first()).toContainText("Aurora");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page.locator("#main h1")).toContainText("Aurora");
});

test("M10 initials and one misspelling find it too", async ({ page }) => {
  await open(page, "/music");
  const input = page.locator("input[type=search]");
  for (const [typed, found] of [
    ["ㄷㅂㄴㄹ", "달빛 노래"],
    ["Borealiz", "Borealis"],
  ] as const) {
    await input.fill(typed);
    await expect(page.getByRole("option").first()).toContainText(found);
  }
});

test("M10 nothing is asked while Hangul is being composed", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/search?") && asked.push(request.url()));
  await open(page, "/music");
  const input = page.locator("input[type=search]");
  await input.focus();
  await page.waitForLoadState("networkidle");
  const session = await page.context().newCDPSession(page);
  await page.clock.install();
  for (const text of ["ㄷ", "다", "달"]) {
    await session.send("Input.imeSetComposition", { text, selectionStart: 1, selectionEnd: 1 });
    await page.clock.runFor(1_000);
  }
  expect(asked).toEqual([]);
  await page.clock.resume();
  await session.send("Input.insertText", { text: "달" });
  await expect(page.getByRole("option").first()).toContainText("달빛");
});

test("M10 recent searches come back and can be removed; nothing found says what to try", async ({ page }) => {
  await open(page, "/music");
  const input = page.locator("input[type=search]");
  await input.fill("qqzzxx");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=qqzzxx/);
  await expect(page.locator("#main .empty-state")).toBeVisible();
  await page.locator("#main").focus();
  await input.fill("");
  await input.focus();
  const recent = page.getByRole("option", { name: /qqzzxx/ });
  await expect(recent).toBeVisible();
  await recent.locator(".suggestion-forget").click();
  await expect(recent).toHaveCount(0);
});

test("M10 the Delete key forgets the recent search that is chosen, and says so", async ({ page }) => {
  await open(page, "/music");
  const input = page.locator("input[type=search]");
  for (const text of ["one", "two", "three"]) {
    await input.fill(text);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`q=${text}$`));
    await expect(input).not.toBeFocused();
  }
  await input.fill("");
  await expect(input).toHaveAccessibleDescription("Delete 키로 지우기");
  const options = page.getByRole("group", { name: "최근 검색" }).getByRole("option");
  await expect(options).toHaveText(["three", "two", "one"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Delete");
  await expect(options).toHaveText(["three", "one"]);
  await expect(page.locator("#announcer")).toHaveText("‘two’ 검색 기록을 지웠어요");
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Delete");
  await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Delete");
  await expect(page.locator(".suggestions")).toHaveCount(0);
  await expect(input).toBeFocused();
});

test("M10 the field says what the page is about, unless somebody types", async ({ page }) => {
  await open(page, "/music");
  const input = page.locator("input[type=search]");
  const search = async (text: string) => {
    await input.fill(text);
    await page.keyboard.press("Enter");
    await expect(page.locator("#main h1")).toContainText(text);
  };
  await search("Aurora");
  await search("Borealis");
  await page.goBack();
  await expect(page.locator("#main h1")).toContainText("Aurora");
  await expect(input).toHaveValue("Aurora");
  await page.goForward();
  await expect(input).toHaveValue("Borealis");
  await page.locator('.site-nav a[href="/music"]').click();
  await expect(input).toHaveValue("");
  // What is suggested follows the field: nothing of the last search.
  await input.focus();
  await expect(page.getByRole("option").first()).toContainText("Borealis");
  await expect(page.getByRole("option").first().locator(".suggestion-forget")).toBeVisible();
  await page.keyboard.press("Escape");
  // A page that comes late does not take away what is being typed.
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/music/albums", (route) => released.then(() => route.continue()));
  await page.locator('.site-nav a[href="/music/albums"]').click();
  await input.pressSequentially("Ca");
  release();
  await expect(page).toHaveURL(/\/music\/albums$/);
  await expect(page.locator("#main")).toHaveAttribute("data-page", "albums");
  await expect(input).toBeFocused();
  await expect(input).toHaveValue("Ca");
});
