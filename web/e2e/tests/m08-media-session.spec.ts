import { expect, nowTitle, openAlbum, playRow, sounding, soundMoves, state, test } from "../listening";
import { NOISE } from "../music";

test("M8 lock screens and media keys know the track and every button works", async ({ page }) => {
  await page.addInitScript(() => {
    const handlers: Record<string, MediaSessionActionHandler | null> = {};
    Object.assign(window, { handlers, positions: [] });
    const session = navigator.mediaSession;
    const set = session.setActionHandler.bind(session);
    session.setActionHandler = (action, handler) => {
      handlers[action] = handler;
      set(action, handler);
    };
    const place = session.setPositionState.bind(session);
    session.setPositionState = (given) => {
      (window as unknown as { positions: unknown[] }).positions.push(given);
      place(given);
    };
  });
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await expect.poll(() => page.evaluate(() => navigator.mediaSession.metadata?.artwork.length ?? 0)).toBe(3);
  const metadata = await page.evaluate(() => {
    const { title, artist, album, artwork } = navigator.mediaSession.metadata as MediaMetadata;
    return { title, artist, album, sizes: artwork.map((art) => art.sizes) };
  });
  expect(metadata).toEqual({
    title: "Aurora",
    artist: "Neon River",
    album: NOISE,
    sizes: ["96x96", "320x320", "640x640"],
  });
  const act = (action: string, details = {}) =>
    page.evaluate(
      ([name, given]) => {
        const { handlers } = window as unknown as { handlers: Record<string, (details: object) => void> };
        handlers[name as string]?.({ action: name, ...(given as object) });
      },
      [action, details] as const,
    );
  await act("seekto", { seekTime: 40 });
  await soundMoves(page, 39.9);
  await act("seekbackward", {});
  await expect.poll(async () => (await sounding(page)).time).toBeLessThan(35);
  await act("seekforward", { seekOffset: 30 });
  await soundMoves(page, 55);
  await act("pause");
  await expect(state(page)).toHaveAttribute("data-state", "paused");
  expect(await page.evaluate(() => navigator.mediaSession.playbackState)).toBe("paused");
  await act("play");
  await expect(state(page)).toHaveAttribute("data-state", "playing");
  await act("nexttrack");
  await expect(nowTitle(page)).toHaveText("Borealis");
  await act("previoustrack");
  await expect(nowTitle(page)).toHaveText("Aurora");
  const lastDuration = () =>
    page.evaluate(() => (window as unknown as { positions: { duration: number }[] }).positions.at(-1)?.duration);
  await expect.poll(async () => Math.round((await lastDuration()) ?? 0)).toBe(150);
});
