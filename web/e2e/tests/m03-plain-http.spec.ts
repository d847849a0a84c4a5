import { expect, nowTitle, open, playRow, row, soundMoves, test } from "../listening";

// As on a phone that was given the address of the machine in the next room.
test.use({
  baseURL: async ({ baseURL }, use) => {
    const url = new URL(baseURL ?? "");
    url.hostname = "music.test";
    await use(url.origin);
  },
});

test("M3 music plays, is liked and shared also where plain HTTP comes from another machine", async ({ page }) => {
  await open(page, "/music/new");
  expect(await page.evaluate(() => [isSecureContext, typeof crypto.randomUUID])).toEqual([false, "undefined"]);
  const told = page.waitForResponse("**/api/music/v1/plays");
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  expect((await told).status()).toBe(201);
  await expect(nowTitle(page)).toHaveText("Aurora");
  const heart = row(page, "Aurora").locator('[data-act="like"]');
  await heart.click();
  await expect(heart).toHaveAttribute("aria-pressed", "true");
  await row(page, "Aurora").locator('[data-act="menu"]').click();
  await page.getByRole("menuitem", { name: "링크 공유", exact: true }).click();
  await expect(page.locator(".toast").last()).toContainText("링크를 복사했어요");
  // There is no reading the clipboard here but by pasting it.
  await page.locator(".search-form input[type=search]").focus();
  await page.keyboard.press("ControlOrMeta+v");
  await expect(page.locator(".search-form input[type=search]")).toHaveValue(
    /^http:\/\/music\.test:\d+\/music\/tracks\//,
  );
});
