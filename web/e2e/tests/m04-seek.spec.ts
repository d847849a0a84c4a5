import { expect, openAlbum, playRow, sounding, soundMoves, test } from "../listening";
import { NOISE } from "../music";

test.beforeEach(async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
});

test("M4 the pointer seeks, and within what is loaded at once", async ({ page }) => {
  await expect.poll(async () => (await sounding(page)).bufferedEnd).toBeGreaterThan(20);
  const tookMs = await page.evaluate(async () => {
    const audio = [...document.querySelectorAll<HTMLAudioElement>("#player audio")].find((element) => !element.paused);
    if (!audio) throw new Error("nothing sounds");
    const from = performance.now();
    const arrived = new Promise((resolve) => audio.addEventListener("seeked", resolve, { once: true }));
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await arrived;
    return performance.now() - from;
  });
  expect(tookMs).toBeLessThan(100);
  const box = await page.locator(".player-bar .seek-input").boundingBox();
  if (!box) throw new Error("no seek bar");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await soundMoves(page, 74);
  expect((await sounding(page)).time).toBeLessThan(80);
});

test("M4 the keyboard seeks by 5 and 15 seconds, and the place is spoken", async ({ page }) => {
  const seek = page.locator(".player-bar .seek-input");
  await seek.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await soundMoves(page, 15.5);
  await page.keyboard.press("ArrowRight");
  await soundMoves(page, 20.5);
  await page.keyboard.press("ArrowLeft");
  expect((await sounding(page)).time).toBeLessThan(20);
  await expect(seek).toHaveAttribute("aria-valuetext", /^0분 1\d초 \/ 2분 30초$/);
});

test("M4 what is loaded and the shape of the music are shown", async ({ page }) => {
  await expect(page.locator(".player-bar canvas.seek-wave")).toBeVisible();
  await expect
    .poll(() =>
      page.locator(".player-bar .seek").evaluate((element) => Number(element.style.getPropertyValue("--buffered"))),
    )
    .toBeGreaterThan(0.1);
});
