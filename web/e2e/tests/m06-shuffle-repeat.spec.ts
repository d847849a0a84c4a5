import type { Page } from "@playwright/test";
import { expect, nowTitle, openAlbum, playRow, sounding, soundMoves, test } from "../listening";
import { HALVES, LYRICAL, NOISE } from "../music";

const shuffle = (page: Page) => page.locator(".player-bar").getByRole("button", { name: "셔플" });
const repeat = (page: Page) => page.locator(".player-bar").getByRole("button", { name: /반복/ });

test("M6 shuffle keeps the track, plays each once, and going back restores the order", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Cascade");
  await soundMoves(page);
  await shuffle(page).click();
  await expect(nowTitle(page)).toHaveText("Cascade");
  await page.keyboard.press("q");
  const upcoming = page.locator(".queue-item[data-key] .queue-title");
  await expect(upcoming).toHaveCount(6);
  const others = [LYRICAL, "Aurora", "Borealis", "Drift", "Ember", "Fjord"];
  expect((await upcoming.allTextContents()).sort()).toEqual(others.sort());
  await shuffle(page).click();
  await expect(upcoming).toHaveText(["Drift", "Ember", "Fjord"]);
});

test("M6 repeat one plays the track again, repeat all the list, off stops at the end", async ({ page }) => {
  await openAlbum(page, HALVES);
  await playRow(page, "Second Half");
  await soundMoves(page);
  await repeat(page).click();
  await repeat(page).click();
  await expect(repeat(page)).toHaveAccessibleName("한 곡 반복 켜짐");
  const nearEnd = () => page.locator(".player-bar .seek-input").press("Shift+ArrowRight");
  await nearEnd();
  await expect.poll(async () => (await sounding(page)).time).toBeLessThan(5);
  await expect(nowTitle(page)).toHaveText("Second Half");
  await repeat(page).click();
  await repeat(page).click();
  await expect(repeat(page)).toHaveAccessibleName("전체 반복 켜짐");
  await nearEnd();
  await expect(nowTitle(page)).toHaveText("First Half", { timeout: 15_000 });
  await repeat(page).click();
  await repeat(page).click();
  await page.keyboard.press("Shift+N");
  await expect(nowTitle(page)).toHaveText("Second Half");
  await soundMoves(page);
  await nearEnd();
  await expect(page.locator(".player")).toHaveAttribute("data-state", "paused", { timeout: 15_000 });
});
