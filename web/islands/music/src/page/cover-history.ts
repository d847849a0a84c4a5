import type { Store } from "../store";
import type { UiState } from "../ui/context";

/** So narrow that the panel covers the page; as in `styles/player/panel.css`. */
const IS_NARROW = "(width < 64rem)";

/** What can cover the page: the full player, and where there is no room beside the page a panel. */
type Cover = "sheet" | NonNullable<UiState["panel"]>;

/** Gives what covers the page a place of its own in the history: Back takes it away, Forward brings it again. */
export function keepCoversInHistory(ui: Store<UiState>): void {
  let shown = coverOf(ui.get());
  ui.subscribe(() => {
    const cover = coverOf(ui.get());
    if (cover === shown) return;
    shown = cover;
    const placed = placedCover();
    if (cover === placed) return;
    if (!cover) history.back();
    else if (placed) history.replaceState({ ...history.state, cover }, "");
    else history.pushState({ ...history.state, scrollY, cover }, "");
  });
  addEventListener("popstate", () => {
    // What stands open above the full player goes with it.
    if (ui.get().sheet) ui.set({ menu: null, dialog: null });
    ui.set(coversHere());
  });
}

/** What covers the page where the history stands, as also after a reload. */
export function coversHere(): Partial<UiState> {
  const placed = placedCover();
  return {
    sheet: placed === "sheet",
    ...(isNarrow() && { panel: placed && placed !== "sheet" ? placed : null }),
  };
}

/** What has the place in the history that is the present one. */
export function placedCover(): Cover | null {
  return history.state?.cover ?? null;
}

function coverOf({ sheet, panel }: UiState): Cover | null {
  return sheet ? "sheet" : panel && isNarrow() ? panel : null;
}

function isNarrow(): boolean {
  return matchMedia(IS_NARROW).matches;
}
