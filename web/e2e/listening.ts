import { test as base, type CDPSession, expect, type Locator, type Page } from "@playwright/test";
import { Servers } from "./server";

/**
 * Every test gets the address of its file's server, whose chart knows nothing of what other files play, and fails on an
 * error the page did not expect.
 */
export const test = base.extend<{ errors: string[] }, { servers: Servers }>({
  servers: [
    async ({}, use) => {
      const servers = new Servers(process.env.HAAS_E2E_LIBRARY ?? "");
      await use(servers);
      await servers.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ servers }, use, { file }) => use(process.env.HAAS_E2E_BALANCER ?? (await servers.addressFor(file))),
  errors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

/** What the element that sounds (or would) says of itself. */
export interface Sounding {
  time: number;
  paused: boolean;
  bufferedEnd: number;
}

/** Opens a page and waits until the islands have started. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator("#player audio")).toHaveCount(2);
  await page.waitForLoadState("networkidle");
}

/** The row with this title in the first list of the page. */
export function row(page: Page, title: string): Locator {
  return page.locator("#main .track-row", { has: page.locator(".track-title", { hasText: new RegExp(`^${title}$`) }) });
}

/** Clicks the row's play button. */
export async function playRow(page: Page, title: string): Promise<void> {
  await row(page, title).locator('[data-act="play"]').click();
}

/** Finds the album of the test library and opens its page. */
export async function openAlbum(page: Page, title: string): Promise<void> {
  const answer = await page.request.get("/api/music/v1/albums?limit=100");
  const { items } = (await answer.json()) as { items: { title: string; page_url: string }[] };
  const album = items.find((item) => item.title === title);
  expect(album, `album ${title}`).toBeTruthy();
  await open(page, album?.page_url ?? "");
}

export function sounding(page: Page): Promise<Sounding> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLAudioElement>("#player audio")];
    const audio = all.find((element) => !element.paused) ?? all.find((element) => element.currentTime > 0) ?? all[0];
    if (!audio) throw new Error("no audio element");
    const { buffered } = audio;
    return {
      time: audio.currentTime,
      paused: audio.paused,
      bufferedEnd: buffered.length > 0 ? buffered.end(buffered.length - 1) : 0,
    };
  });
}

/** Waits until sound really moves, not only until it is announced. */
export async function soundMoves(page: Page, fromS = 0.05): Promise<void> {
  await expect
    .poll(async () => (await sounding(page)).time, { timeout: 20_000, intervals: [50] })
    .toBeGreaterThan(fromS);
}

/** Listens for some time and returns the seconds in which it should have sounded and did not. */
export async function silentSeconds(page: Page, seconds: number): Promise<number> {
  const before = await sounding(page);
  const from = Date.now();
  await page.waitForFunction(
    ({ until }) => Date.now() >= until,
    { until: from + seconds * 1_000 },
    { timeout: seconds * 1_000 + 10_000 },
  );
  const after = await sounding(page);
  return (Date.now() - from) / 1_000 - (after.time - before.time);
}

/** Limits the link of the page, in kbit/s. */
export async function throttle(page: Page, kbps: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await setRate(session, kbps);
  return session;
}

export async function setRate(session: CDPSession, kbps: number): Promise<void> {
  const bytesPerSecond = (kbps * 1_000) / 8;
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
}

/** Waits until everything that moves only for a while has come to rest. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(passing.map((animation) => animation.finished)).then(() => undefined);
  });
}

/** The title in the player. */
export function nowTitle(page: Page): Locator {
  return page.locator(".player .player-title");
}

export function state(page: Page): Locator {
  return page.locator(".player");
}

/** A number the player keeps on the device. */
export function stored<T>(page: Page, name: string): Promise<T> {
  return page.evaluate((key) => JSON.parse(localStorage.getItem(`haas.music.${key}`) ?? "null"), name) as Promise<T>;
}
