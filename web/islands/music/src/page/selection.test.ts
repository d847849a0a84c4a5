import { beforeEach, expect, it } from "vitest";
import { createUi } from "../ui/context";
import { leaveSelection, selectedTracks, startSelecting, stopSelecting } from "./selection";

const track = (id: string) => JSON.stringify({ id, title: id, stream_url: `/s/${id}`, duration_ms: 1_000 });
const row = (id: string) =>
  `<li data-id="${id}" data-track='${track(id)}'><button data-act="menu" id="menu-${id}"></button></li>`;

let ui: ReturnType<typeof createUi>;

beforeEach(() => {
  document.body.innerHTML = `<main id="main"><ol class="track-list">${row("a")}${row("b")}</ol></main>
    <input type="search"><button id="cancel"></button>`;
  ui = createUi();
  ui.subscribe(() => ui.get().selecting || stopSelecting());
  startSelecting(document.querySelector("[data-id=b]") as HTMLElement, ui);
});

const press = (target: Element | null) =>
  target?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
const focused = () => document.activeElement?.id;

it("ends with Escape, and the focus goes to the row where it was", () => {
  expect(selectedTracks().map(({ id }) => id)).toEqual(["b"]);
  press(document.activeElement);
  expect(ui.get().selecting).toBe(false);
  expect(document.querySelectorAll(".track-check, [data-selected]")).toHaveLength(0);
  expect(focused()).toBe("menu-b");
});

it("leaves Escape to what stands open above, and to somebody who writes", () => {
  press(document.querySelector("input[type=search]"));
  ui.set({ menu: { kind: "settings", anchor: document.body } });
  press(document.body);
  ui.set({ menu: null, sheet: true });
  press(document.body);
  expect(ui.get().selecting).toBe(true);
});

it("hears no key once it is over", () => {
  stopSelecting();
  ui.set({ selecting: true });
  press(document.body);
  expect(ui.get().selecting).toBe(true);
});

it("ends at its button on the row that was chosen last", () => {
  document.getElementById("cancel")?.focus();
  leaveSelection(ui);
  expect(focused()).toBe("menu-b");
});
