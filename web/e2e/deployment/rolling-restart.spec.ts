import { expect, nowTitle, openAlbum, playRow, soundMoves, test } from "../listening";
import { NOISE } from "../music";
import { measuredSilence, meterSilence, SILENCE_LIMIT_MS } from "../silence";

test.use({ bypassCSP: true });

/** What a page notes of the music by itself. */
interface Course {
  /** The longest time in which no playhead moved. */
  stoodMs: number;
  playedS: number;
  /** By the clock on the wall. */
  lookedForS: number;
  /** By the clock of the sound, which a busy machine lets wait. */
  soundedForS: number;
  /** What somebody who looks at the player was told. */
  shown: string[];
}

declare global {
  interface Window {
    course: Course;
  }
}

/** How long no playhead may move: a decoder gives its time in steps, and a busy machine looks late. */
const STOOD_LIMIT_MS = 500;
/** How much of the time must be music: where one track follows another, up to a look of it is missed. Whether any of it was
 * silent is heard sample by sample. */
const SOUNDED_SHARE_MIN = 0.98;
const LOOKED_SHARE_MIN = 0.8;

test("an album plays through a rolling restart of all replicas without a gap", async ({ page }) => {
  test.setTimeout(180_000);
  await openAlbum(page, NOISE);
  await meterSilence(page);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await page.evaluate(() => {
    const course: Course = { stoodMs: 0, playedS: 0, lookedForS: 0, soundedForS: 0, shown: [] };
    window.course = course;
    const { context } = (window as unknown as { silence: AudioWorkletNode }).silence;
    const all = [...document.querySelectorAll<HTMLAudioElement>("#player audio")];
    const times = new Map(all.map((audio) => [audio, audio.currentTime]));
    const beganAt = performance.now();
    const soundBeganAt = context.currentTime;
    let movedAt = beganAt;
    setInterval(() => {
      const now = performance.now();
      for (const [audio, before] of times) {
        const movedS = audio.currentTime - before;
        times.set(audio, audio.currentTime);
        // What is loaded anew begins at zero again.
        if (movedS <= 0) continue;
        course.playedS += movedS;
        movedAt = now;
      }
      course.stoodMs = Math.max(course.stoodMs, now - movedAt);
      course.lookedForS = (now - beganAt) / 1_000;
      course.soundedForS = context.currentTime - soundBeganAt;
      for (const notice of document.querySelectorAll(".player-notice, .toast, .player[data-state='error']"))
        course.shown.push(notice.textContent ?? "");
    }, 50);
  });
  for (const title of ["Borealis", "Cascade"]) await expect(nowTitle(page)).toHaveText(title, { timeout: 45_000 });
  await soundMoves(page, 10);
  const course = await page.evaluate(() => window.course);
  const silence = await measuredSilence(page);
  const { stoodMs, playedS, soundedForS, lookedForS } = course;
  const [played, sounded, looked] = [playedS, soundedForS, lookedForS].map((seconds) => seconds.toFixed(2));
  const measured = `stood ${stoodMs.toFixed(0)} ms, silent ${silence.longestMs.toFixed(1)} ms, ${played} of ${sounded} (${looked}) s`;
  test.info().annotations.push({ type: "measured", description: measured });
  expect(course.shown).toEqual([]);
  expect(stoodMs).toBeLessThan(STOOD_LIMIT_MS);
  expect(lookedForS).toBeGreaterThan(50);
  expect(playedS, measured).toBeGreaterThan(soundedForS * SOUNDED_SHARE_MIN);
  expect(playedS, measured).toBeGreaterThan(lookedForS * LOOKED_SHARE_MIN);
  expect(silence.s).toBeGreaterThan(50);
  expect(silence.longestMs).toBeLessThanOrEqual(SILENCE_LIMIT_MS);
});
