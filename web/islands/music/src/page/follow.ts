import { t } from "../i18n";
import { notify } from "../notices";
import { artistLine } from "../track";
import type { Parts } from "../ui/context";
import { coversHere, keepCoversInHistory } from "./cover-history";
import { markRows } from "./rows";
import { announce, startSwapNavigation } from "./swap";

/** Keeps the page and the player in step: marked rows, liked hearts, live chart, the title, what is announced. */
export function followPage({ player, library, ui, page }: Parts): void {
  const mark = () => markRows(player);
  const markLikes = () => {
    for (const button of document.querySelectorAll<HTMLElement>('#main [data-act="like"]')) {
      const id = button.closest<HTMLElement>("[data-id]")?.dataset.id;
      const liked = id !== undefined && library.isLiked(id);
      button.setAttribute("aria-pressed", String(liked));
      button.querySelector(".icon")?.classList.toggle("icon-fill", liked);
    }
  };
  let leaveChart = () => {};
  const arrived = () => {
    mark();
    markLikes();
    leaveChart();
    leaveChart = liveChart(ui, () => {
      mark();
      markLikes();
    });
  };
  /** The tab of what sounds is found by the track's name. */
  const nameTab = () => {
    const { current } = player.queue.get();
    const { title } = page.get();
    document.title =
      current && player.engine.state.get().wantsPlay
        ? `${current.track.title} – ${artistLine(current.track)} · ${title}`
        : title;
  };
  for (const store of [player.queue, player.engine.state]) {
    store.subscribe(mark);
    store.subscribe(nameTab);
  }
  page.subscribe(nameTab);
  library.state.subscribe(markLikes);

  startSwapNavigation({
    swapped(title) {
      ui.set({ selecting: false, menu: null, ...coversHere() });
      page.set(({ version }) => ({ version: version + 1, title }));
      arrived();
    },
    noAnswer: () => notify(t("site.no_answer")),
    slow: (isSlow) => document.documentElement.toggleAttribute("data-navigating", isSlow),
  });
  // After what asks where the page stands: marks make the browser lay it out anew.
  arrived();
  announceTracks(player);
  if (player.queue.get().current) ui.set(coversHere());
  keepCoversInHistory(ui);
}

/** The chart page follows the chart; other pages do not even load what that takes. */
function liveChart(ui: Parts["ui"], changed: () => void): () => void {
  const main = document.getElementById("main");
  if (main?.dataset.page !== "chart" || location.pathname !== "/music") return () => {};
  let leave: (() => void) | null = null;
  let left = false;
  void import("./chart-live").then(({ followChart }) => {
    if (!left) leave = followChart(main, ui, changed);
  });
  return () => {
    left = true;
    leave?.();
  };
}

/** Says each new track once, when it sounds. */
function announceTracks(player: Parts["player"]): void {
  let said: string | null = null;
  player.engine.state.subscribe(() => {
    const { current } = player.queue.get();
    if (!current || player.engine.state.get().status !== "playing" || said === current.key) return;
    said = current.key;
    announce(t("player.now_playing", { title: current.track.title, artists: artistLine(current.track) }));
  });
}
