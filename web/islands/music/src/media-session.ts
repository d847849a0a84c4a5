import type { Player } from "./player";
import { artistLine } from "./track";

/** A step of the system's own seek buttons. */
const SEEK_STEP_MS = 10_000;

/** Puts the player on the lock screen, into headsets and on media keys. */
export function attachMediaSession(player: Player): void {
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  const handlers: [MediaSessionAction, (details: MediaSessionActionDetails) => void][] = [
    ["play", () => player.play()],
    ["pause", () => player.pause()],
    ["stop", () => player.pause()],
    ["previoustrack", () => player.previous()],
    ["nexttrack", () => player.next()],
    ["seekbackward", ({ seekOffset }) => player.seekBy(-(seekOffset ? seekOffset * 1_000 : SEEK_STEP_MS))],
    ["seekforward", ({ seekOffset }) => player.seekBy(seekOffset ? seekOffset * 1_000 : SEEK_STEP_MS)],
    ["seekto", ({ seekTime }) => seekTime !== undefined && player.seek(seekTime * 1_000)],
  ];
  for (const [action, handler] of handlers) {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // A browser that does not know the action goes without.
    }
  }
  let shown = "";
  const update = () => {
    const track = player.queue.get().current?.track;
    const details = track && player.details.get().tracks[track.id];
    const covers = details?.cover_urls;
    const signature = `${track?.id}|${covers ? 1 : 0}`;
    if (signature !== shown) {
      shown = signature;
      session.metadata = track
        ? new MediaMetadata({
            title: track.title,
            artist: artistLine(track),
            album: track.album?.title ?? "",
            artwork: covers
              ? Object.entries(covers).map(([px, src]) => ({ src, sizes: `${px}x${px}`, type: "image/webp" }))
              : track.cover_url
                ? [{ src: track.cover_url, type: "image/webp" }]
                : [],
          })
        : null;
    }
    const { status, wantsPlay } = player.engine.state.get();
    session.playbackState = status === "empty" ? "none" : wantsPlay ? "playing" : "paused";
    updatePosition(player);
  };
  player.queue.subscribe(update);
  player.details.subscribe(update);
  player.engine.state.subscribe(update);
  player.moved.subscribe(() => updatePosition(player));
  update();
}

function updatePosition(player: Player): void {
  const duration = player.engine.durationMs / 1_000;
  if (!(duration > 0)) return navigator.mediaSession.setPositionState();
  const position = Math.min(duration, Math.max(0, player.engine.positionMs / 1_000));
  navigator.mediaSession.setPositionState({ duration, position, playbackRate: 1 });
}
