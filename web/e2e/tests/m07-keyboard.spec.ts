import { expect, nowTitle, openAlbum, playRow, sounding, soundMoves, state, stored, test } from "../listening";
import { NOISE } from "../music";

test.beforeEach(async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await page.locator("#main").focus();
});

test("M7 every shortcut does what the sheet says", async ({ page }) => {
  const press = (key: string) => page.keyboard.press(key);
  await press("k");
  await expect(state(page)).toHaveAttribute("data-state", "paused");
  await press("Space");
  await expect(state(page)).toHaveAttribute("data-state", "playing");
  await press("Shift+N");
  await expect(nowTitle(page)).toHaveText("Borealis");
  await press("Shift+P");
  await expect(nowTitle(page)).toHaveText("Aurora");
  await soundMoves(page);
  await press("Shift+ArrowRight");
  await soundMoves(page, 15);
  await press("ArrowLeft");
  expect((await sounding(page)).time).toBeLessThan(14);
  await press("ArrowUp");
  expect((await stored<{ volume: number }>(page, "settings")).volume).toBe(0.85);
  await press("m");
  expect((await stored<{ muted: boolean }>(page, "settings")).muted).toBe(true);
  await press("l");
  expect((await stored<{ likes: unknown[] }>(page, "library")).likes).toHaveLength(1);
  await press("q");
  await expect(page.locator('.panel[data-panel="queue"]')).toBeVisible();
  await press("y");
  await expect(page.locator('.panel[data-panel="lyrics"]')).toBeVisible();
  await press("y");
  await expect(page.locator(".panel")).toHaveCount(0);
  await press("Shift+?");
  await expect(page.getByRole("dialog", { name: "단축키" })).toBeVisible();
  await press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await press("/");
  await expect(page.locator("input[type=search]")).toBeFocused();
  await page.locator("#main").focus();
  await press("Control+k");
  await expect(page.locator("input[type=search]")).toBeFocused();
});

test("M7 a pause and a play in quick succession play", async ({ page }) => {
  await page.evaluate(() => {
    for (let time = 0; time < 2; time += 1)
      document.activeElement?.dispatchEvent(
        new KeyboardEvent("keydown", { key: "k", code: "KeyK", bubbles: true, cancelable: true }),
      );
  });
  const { time } = await sounding(page);
  await soundMoves(page, time + 0.5);
  await expect(state(page)).toHaveAttribute("data-state", "playing");
});

test("M7 a key right after the end of a dialog is heard", async ({ page }) => {
  await page.keyboard.press("Shift+?");
  const dialog = page.getByRole("dialog", { name: "단축키" });
  await expect(dialog).toBeVisible();
  // The browser ends a dialog at once and tells of it a frame later.
  await page.evaluate(() => {
    document.querySelector<HTMLDialogElement>("dialog[open]")?.close();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
  });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("M7 nothing happens while typing, with a menu open, or when switched off", async ({ page }) => {
  await page.locator("input[type=search]").fill("");
  await page.keyboard.type("mkq ");
  await expect(state(page)).toHaveAttribute("data-state", "playing");
  await expect(page.locator(".panel")).toHaveCount(0);
  await page.locator("#main").focus();
  await page.getByRole("button", { name: "재생 설정" }).click();
  await page.keyboard.press("k");
  await expect(state(page)).toHaveAttribute("data-state", "playing");
  await page.getByRole("menuitemcheckbox", { name: "한 글자 단축키" }).click();
  await page.keyboard.press("Escape");
  await page.locator("#main").focus();
  await page.keyboard.press("k");
  await expect(state(page)).toHaveAttribute("data-state", "playing");
});
