import { hlsUrl } from "../boot";
import { saveData } from "../connection";
import { loadHls } from "../engine/load-hls";
import type { Player } from "../player";
import type { Parts } from "../ui/context";
import { isTyping } from "./keys";
import { firstList, playRow, readList, trackOf } from "./rows";

/** Gives the buttons of the server's pages their meaning. One listener for all of them, whatever page stands there. */
export function listenToActions({ player, library, ui }: Parts): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("#main [data-act]") : null;
    if (!button) return;
    const found = trackOf(button);
    switch (button.dataset.act) {
      case "play":
        if (found) playRow(player, found.row);
        break;
      case "like":
        if (found) library.toggleLike(found.track);
        break;
      case "menu":
        if (found) ui.set({ menu: { kind: "tracks", tracks: [found.track], row: found.row, anchor: button } });
        break;
      case "play-all":
      case "shuffle-all":
        playAll(player, button.dataset.act === "shuffle-all");
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  fetchOnIntent(player);
  runHlsForPeople();
}

function playAll(player: Player, shuffled: boolean): void {
  const list = firstList();
  if (!list) return;
  player.dispatch({ type: "set_shuffled", shuffled });
  // While few tracks are ranked the chart goes on with the newest music.
  const ids = new Set(list.tracks.map(({ id }) => id));
  const more = document.querySelectorAll<HTMLElement>("#main [data-follows] .track-list");
  const following = [...more].flatMap((other) => readList(other).tracks.filter(({ id }) => !ids.has(id)));
  player.playSource(list.source, [...list.tracks, ...following], shuffled ? null : 0);
}

/** A pointer that only passes by means nothing yet. */
const DWELL_MS = 80;
const PLAY_BUTTON = '[data-act="play"], [data-act="play-all"], [data-act="shuffle-all"]';

/** Pointer or focus on a row or a play button: a press is near, so what it needs comes near too. */
function fetchOnIntent(player: Player): void {
  let dwelling = 0;
  const intend = (event: Event, afterMs: number) => {
    clearTimeout(dwelling);
    const place = event.target instanceof Element ? event.target.closest(`#main [data-track], ${PLAY_BUTTON}`) : null;
    if (!place) return;
    const button = (event.target as Element).closest<HTMLElement>(PLAY_BUTTON);
    dwelling = window.setTimeout(() => {
      const track = button?.dataset.act === "play-all" ? firstList()?.tracks[0] : trackOf(place)?.track;
      if (track) player.engine.expect(track, button !== null);
    }, afterMs);
  };
  document.addEventListener("pointerover", (event) => intend(event, DWELL_MS), { passive: true });
  document.addEventListener("focusin", (event) => intend(event, DWELL_MS), { passive: true });
  document.addEventListener("pointerdown", (event) => intend(event, 0), { passive: true });
}

/**
 * Runs hls.js at the first sign of a person, not while the page starts. Nor while somebody types: it takes the browser
 * long enough to hold up the suggestions.
 */
function runHlsForPeople(): void {
  const signs = ["pointermove", "pointerdown", "keydown"] as const;
  const run = ({ target }: Event) => {
    if (isTyping(target)) return;
    for (const sign of signs) removeEventListener(sign, run);
    if (!saveData()) void loadHls().catch(() => {});
  };
  for (const sign of signs) addEventListener(sign, run, { passive: true });
}

/** Brings hls.js into the browser's cache when the page is idle, without running it. */
export function prefetchHls(): void {
  if (!hlsUrl || saveData()) return;
  const link = document.createElement("link");
  link.rel = "prefetch";
  link.href = hlsUrl;
  link.as = "script";
  document.head.append(link);
}
