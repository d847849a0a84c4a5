import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Store } from "../store";
import { createUi, type UiState } from "../ui/context";
import { coversHere, keepCoversInHistory, placedCover } from "./cover-history";

let ui: Store<UiState>;
let isNarrow: boolean;
/** What the browser goes through when somebody goes back or forward. */
const arrive = (state: unknown) => {
  history.replaceState(state, "");
  dispatchEvent(new PopStateEvent("popstate", { state }));
};

beforeEach(() => {
  isNarrow = false;
  history.replaceState({ scrollY: 7 }, "");
  vi.stubGlobal("matchMedia", () => ({ matches: isNarrow }));
  vi.spyOn(history, "pushState");
  vi.spyOn(history, "back").mockImplementation(() => arrive({ scrollY: 7 }));
  ui = createUi();
  keepCoversInHistory(ui);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("takes a place when the full player opens, and gives it back when a button closes it", () => {
  ui.set({ sheet: true });
  expect(placedCover()).toBe("sheet");
  // As the queue's button does: more changes while the browser is still on its way back must not lead further back.
  ui.set({ sheet: false, panel: "queue" });
  ui.set({ menu: null, selecting: true });
  expect(history.pushState).toHaveBeenCalledOnce();
  expect(history.back).toHaveBeenCalledOnce();
  expect([ui.get().sheet, ui.get().panel, placedCover()]).toEqual([false, "queue", null]);
});

it("closes by Back and opens by Forward, without going anywhere by itself", () => {
  ui.set({ sheet: true });
  arrive({ scrollY: 7 });
  expect(ui.get().sheet).toBe(false);
  arrive({ scrollY: 7, cover: "sheet" });
  expect(ui.get().sheet).toBe(true);
  expect(history.pushState).toHaveBeenCalledOnce();
  expect(history.back).not.toHaveBeenCalled();
});

it("takes what stood open above it along when it is left", () => {
  ui.set({ sheet: true });
  ui.set({ menu: { kind: "settings", anchor: document.body }, dialog: { kind: "keys" } });
  arrive({ scrollY: 7 });
  expect(ui.get()).toMatchObject({ sheet: false, menu: null, dialog: null });
});

it("gives a panel that covers the page a place, whatever covered it before", () => {
  isNarrow = true;
  ui.set({ sheet: true });
  ui.set({ sheet: false, panel: "queue" });
  ui.set({ panel: "lyrics" });
  expect(placedCover()).toBe("lyrics");
  expect(history.pushState).toHaveBeenCalledOnce();
  arrive({ scrollY: 7 });
  expect([ui.get().panel, coversHere()]).toEqual([null, { sheet: false, panel: null }]);
  arrive({ scrollY: 7, cover: "queue" });
  expect(ui.get().panel).toBe("queue");
  ui.set({ panel: null });
  expect([history.pushState, history.back].map((call) => vi.mocked(call).mock.calls.length)).toEqual([1, 1]);
});

it("leaves a panel beside the page alone", () => {
  ui.set({ panel: "queue" });
  expect(history.pushState).not.toHaveBeenCalled();
  arrive({ scrollY: 9 });
  expect(ui.get().panel).toBe("queue");
});

it("gives a place back that a turned screen no longer needs, and closes nothing else", () => {
  isNarrow = true;
  ui.set({ panel: "queue" });
  isNarrow = false;
  ui.set({ menu: { kind: "settings", anchor: document.body } });
  expect([ui.get().panel, placedCover(), vi.mocked(history.back).mock.calls.length]).toEqual(["queue", null, 1]);
  expect(ui.get().menu).not.toBeNull();
});
