import type { Page } from "@playwright/test";
import { expect, openAlbum, playRow, row, silentSeconds, sounding, soundMoves, test, throttle } from "../listening";
import { NOISE } from "../music";

declare global {
  interface Window {
    firstSoundMs: Promise<number>;
  }
}

/** Lets the page measure by itself from the next click to a playhead that has moved. */
async function measure(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.firstSoundMs = new Promise((resolve) => {
      const look = (from: number) => {
        const all = [...document.querySelectorAll<HTMLAudioElement>("#player audio")];
        if (all.some((audio) => audio.currentTime > 0.05)) resolve(performance.now() - from);
        else setTimeout(look, 5, from);
      };
      addEventListener("click", ({ timeStamp }) => look(timeStamp), { once: true, capture: true });
    });
  });
}

/** An album page on a link of this speed, as a second visit finds it: hls.js in the cache, the link known. */
async function openOnLink(page: Page, kbps: number): Promise<void> {
  await page.addInitScript((bps) => {
    localStorage.setItem("haas.music.throughput", JSON.stringify({ bps, at_ms: Date.now() }));
  }, kbps * 1_000);
  await openAlbum(page, NOISE);
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => /\/hls-.*\.js/.test(name)),
  );
  await throttle(page, kbps);
  await measure(page);
}

async function heard(page: Page): Promise<number> {
  const tookMs = await page.evaluate(() => window.firstSoundMs);
  console.log(`      first sound after ${Math.round(tookMs)} ms`);
  return tookMs;
}

const GOALS = [
  { kbps: 1_000, withinMs: 500 },
  { kbps: 100, withinMs: 1_800 },
];

for (const { kbps, withinMs } of GOALS) {
  test(`M3 first sound within ${withinMs} ms at ${kbps} kbit/s, the page loaded and the link known`, async ({
    page,
  }) => {
    await openOnLink(page, kbps);
    // A pointer rests on the button before it presses: what the track begins with has come by then.
    await row(page, "Aurora").locator('[data-act="play"]').hover();
    await page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => name.includes("/media/")),
    );
    await playRow(page, "Aurora");
    expect(await heard(page)).toBeLessThan(withinMs);
  });
}

/** Of so many taps, each on a page of its own, the median counts: whatever else the machine does takes its time. */
const TAPS = 3;
/** The goals are the link's and a processor's of today; one of half its speed needs so much more. */
const SLOW_PROCESSOR = 1.5;

for (const { kbps, withinMs } of GOALS) {
  test(`M3 a tap on a screen without a pointer sounds at ${kbps} kbit/s (goal: ${withinMs} ms), and goes on`, async ({
    browser,
    baseURL,
  }) => {
    const tookMs: number[] = [];
    for (let tap = 1; tap <= TAPS; tap += 1) {
      const context = await browser.newContext({ ...(baseURL && { baseURL }), hasTouch: true });
      const page = await context.newPage();
      await openOnLink(page, kbps);
      await row(page, "Aurora").locator('[data-act="play"]').tap();
      tookMs.push(await heard(page));
      if (tap === TAPS) expect(await silentSeconds(page, 12)).toBeLessThan(0.3);
      await context.close();
    }
    tookMs.sort((one, other) => one - other);
    expect(tookMs[Math.floor(TAPS / 2)]).toBeLessThan(withinMs * SLOW_PROCESSOR);
  });
}

test("M3 a pointer that rests on one row after the other keeps only the last one's beginning coming", async ({
  page,
}) => {
  await openOnLink(page, 100);
  const ended: string[] = [];
  page.on("requestfailed", (request) => ended.push(request.url()));
  const sound = () => page.waitForRequest((request) => request.url().includes("/media/"));
  for (const title of ["Aurora", "Borealis"]) {
    const asked = sound();
    await row(page, title).locator('[data-act="play"]').hover();
    await asked;
  }
  await expect.poll(() => ended.length).toBe(1);
});

test("M3 the next track begins to load 20 s before the end of this one", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  const loaded = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLAudioElement>("#player audio")].filter((audio) => audio.buffered.length > 0)
          .length,
    );
  expect(await loaded()).toBe(1);
  const seek = page.locator(".player-bar .seek-input");
  await seek.focus();
  for (let step = 0; step < 9; step += 1) await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(loaded, { timeout: 15_000 }).toBe(2);
  expect((await sounding(page)).time).toBeLessThan(150);
});
