import { hlsUrl } from "../boot";
import { hlsIfLoaded, loadHls } from "../engine/load-hls";
import { prefetchPlaylists } from "../engine/prefetch";
import { type Player, saveData } from "../player";
import type { Parts } from "../ui/context";
import { firstList, playRow, trackOf } from "./rows";

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
}

function playAll(player: Player, shuffled: boolean): void {
  const list = firstList();
  if (!list) return;
  player.dispatch({ type: "set_shuffled", shuffled });
  player.playSource(list.source, list.tracks, shuffled ? null : 0);
}

/** A pointer over a play button is an intent: run hls.js and bring the playlist near. */
function fetchOnIntent(player: Player): void {
  const asked = new Set<string>();
  const intend = (event: Event) => {
    const button =
      event.target instanceof Element ? event.target.closest('[data-act^="play"],[data-act="shuffle-all"]') : null;
    if (!button || saveData()) return;
    if (!hlsIfLoaded()) void loadHls().catch(() => {});
    const url = trackOf(button)?.track.hls_url;
    if (!url || asked.has(url)) return;
    asked.add(url);
    void prefetchPlaylists(url, player.startKbps()).catch(() => {});
  };
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, intend, { passive: true });
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
