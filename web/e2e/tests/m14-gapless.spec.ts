import { expect, nowTitle, openAlbum, playRow, test } from "../listening";
import { HALVES } from "../music";
import { measuredSilence, meterSilence, SILENCE_LIMIT_MS } from "../silence";

test.use({ bypassCSP: true });

test("M14 at most 15 ms of silence between two tracks of an album, by an AudioWorklet", async ({ page }) => {
  await openAlbum(page, HALVES);
  await meterSilence(page);
  await playRow(page, "First Half");
  await expect(nowTitle(page)).toHaveText("Second Half", { timeout: 30_000 });
  await expect
    .poll(() =>
      page.evaluate(() =>
        Math.max(...[...document.querySelectorAll("audio")].map((audio) => (audio.paused ? 0 : audio.currentTime))),
      ),
    )
    .toBeGreaterThan(3);
  const measured = await measuredSilence(page);
  test.info().annotations.push({ type: "measured", description: `${measured.longestMs.toFixed(1)} ms` });
  expect(measured.s).toBeGreaterThan(15);
  expect(measured.longestMs).toBeLessThanOrEqual(SILENCE_LIMIT_MS);
});
