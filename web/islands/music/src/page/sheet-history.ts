import type { Store } from "../store";
import type { UiState } from "../ui/context";

/** Gives the full player a place of its own in the history: Back closes it and stays on the page, Forward opens it. */
export function keepSheetInHistory(ui: Store<UiState>): void {
  let shown = ui.get().sheet;
  ui.subscribe(() => {
    const { sheet } = ui.get();
    if (sheet === shown) return;
    shown = sheet;
    if (sheet === isSheetPlace()) return;
    if (sheet) history.pushState({ ...history.state, scrollY, sheet }, "");
    else history.back();
  });
  addEventListener("popstate", () => ui.set({ sheet: isSheetPlace() }));
}

/** Whether the history stands at the full player, as also after a reload of the page under it. */
export function isSheetPlace(): boolean {
  return history.state?.sheet === true;
}
