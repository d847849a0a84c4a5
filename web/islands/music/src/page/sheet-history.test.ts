import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Store } from "../store";
import { createUi, type UiState } from "../ui/context";
import { isSheetPlace, keepSheetInHistory } from "./sheet-history";

let ui: Store<UiState>;
/** What the browser goes through when somebody goes back or forward. */
const arrive = (state: unknown) => {
  history.replaceState(state, "");
  dispatchEvent(new PopStateEvent("popstate", { state }));
};

beforeEach(() => {
  history.replaceState({ scrollY: 7 }, "");
  vi.spyOn(history, "pushState");
  vi.spyOn(history, "back").mockImplementation(() => arrive({ scrollY: 7 }));
  ui = createUi();
  keepSheetInHistory(ui);
});
afterEach(() => vi.restoreAllMocks());

it("takes a place when the full player opens, and gives it back when a button closes it", () => {
  ui.set({ sheet: true });
  expect([history.state.sheet, isSheetPlace()]).toEqual([true, true]);
  // As the queue's button does: more changes while the browser is still on its way back must not lead further back.
  ui.set({ sheet: false, panel: "queue" });
  ui.set({ menu: null, selecting: true });
  expect(history.pushState).toHaveBeenCalledOnce();
  expect(history.back).toHaveBeenCalledOnce();
  expect([ui.get().sheet, isSheetPlace()]).toEqual([false, false]);
});

it("closes by Back and opens by Forward, without going anywhere by itself", () => {
  ui.set({ sheet: true });
  arrive({ scrollY: 7 });
  expect(ui.get().sheet).toBe(false);
  arrive({ scrollY: 7, sheet: true });
  expect(ui.get().sheet).toBe(true);
  expect(history.pushState).toHaveBeenCalledOnce();
  expect(history.back).not.toHaveBeenCalled();
});
