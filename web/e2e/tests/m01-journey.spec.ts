import type { Page } from "@playwright/test";
import { expect, nowTitle, open, openAlbum, playRow, sounding, soundMoves, test, throttle } from "../listening";
import { HALVES } from "../music";

/** Puts an analyser behind what plays. */
async function attachAnalyser(page: Page): Promise<void> {
  await page.evaluate(() => {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 2_048 });
    for (const audio of document.querySelectorAll<HTMLAudioElement>("#player audio"))
      context.createMediaElementSource(audio).connect(analyser);
    analyser.connect(context.destination);
    Object.assign(window, { analyser });
  });
}

/** Root mean square of what the analyser hears just now; 1 is full scale. */
function loudness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { analyser } = window as unknown as { analyser: AnalyserNode };
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  });
}

/** Counts what the element says of waiting, from now on. */
async function watchStalls(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    Object.assign(window, { stalls: 0 });
    for (const audio of document.querySelectorAll<HTMLAudioElement>("#player audio"))
      audio.addEventListener("waiting", () => {
        if (!audio.seeking) (window as unknown as { stalls: number }).stalls += 1;
      });
  });
  return () => page.evaluate(() => (window as unknown as { stalls: number }).stalls);
}

test("the whole way: newest music without ranks, a click, ten seconds of sound without a stall, a seek", async ({
  page,
}) => {
  await open(page, "/music");
  await expect(page.locator("#main .track-row").first()).toBeVisible();
  await expect(page.locator("#main .track-rank")).toHaveCount(0);
  await attachAnalyser(page);
  await throttle(page, 1_000);
  const aurora = page.locator("#main .track-row", { hasText: "Aurora" });
  await aurora.locator('[data-act="play"]').click();
  await expect(nowTitle(page)).toHaveText("Aurora");
  await soundMoves(page);
  await expect.poll(() => loudness(page)).toBeGreaterThan(0.01);

  const stalls = await watchStalls(page);
  const from = (await sounding(page)).time;
  await soundMoves(page, from + 10);
  expect(await stalls()).toBe(0);

  await page.locator(".player-bar .seek-input").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await soundMoves(page, from + 25.5);
  await expect.poll(() => loudness(page)).toBeGreaterThan(0.01);
});

test("a play from its first to its last second gives hls.js nothing to report", async ({ page }) => {
  const reported: string[] = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && reported.push(message.text()));
  await openAlbum(page, HALVES);
  await playRow(page, "First Half");
  await soundMoves(page, 1);
  const told = page.waitForRequest((request) => request.url().endsWith("/playback-summaries"));
  await expect(nowTitle(page)).toHaveText("Second Half", { timeout: 30_000 });
  const summary = (await told).postDataJSON() as { delivery: string; failure: string | null; played_ms: number };
  expect(summary).toMatchObject({ delivery: "hls", failure: null });
  expect(summary.played_ms).toBeGreaterThan(12_000);
  expect(reported).toEqual([]);
});
