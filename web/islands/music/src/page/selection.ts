import { t } from "../i18n";
import type { Store } from "../store";
import type { Track } from "../track";
import type { UiState } from "../ui/context";
import { keysAreTaken } from "./keys";
import { trackOf } from "./rows";

const CHECK = "track-check";
/** Ends the listening of the selection that runs. */
let running: AbortController | null = null;

/** Lets the listener choose rows of a list: the row it began with is chosen, Shift chooses up to another. */
export function startSelecting(row: HTMLElement, ui: Store<UiState>): void {
  const list = row.closest<HTMLElement>(".track-list");
  if (!list) return;
  stopSelecting();
  list.dataset.selecting = "";
  for (const other of list.querySelectorAll<HTMLElement>("[data-track]")) {
    const check = document.createElement("input");
    check.type = "checkbox";
    check.className = CHECK;
    check.setAttribute("aria-label", t("selection.check", { title: trackOf(other)?.track.title ?? "" }));
    other.prepend(check);
  }
  let last = check(row);
  if (last) choose(last, true);
  running = new AbortController();
  const onClick = (event: MouseEvent) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.className !== CHECK) return;
    if (event.shiftKey && last) chooseRange(list, last, box);
    choose(box, box.checked);
    last = box;
    tell();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    // What stands open above closes first.
    if (ui.get().sheet || keysAreTaken(event.target, ui.get())) return;
    event.preventDefault();
    leaveSelection(ui);
  };
  list.addEventListener("click", onClick, { signal: running.signal });
  document.addEventListener("keydown", onKey, { signal: running.signal });
  ui.set({ selecting: true });
  last?.focus();
}

/** Ends the selection without doing anything; the focus goes to the row where it was, or where choosing ended. */
export function leaveSelection(ui: Store<UiState>): void {
  const rows = document.querySelectorAll<HTMLElement>("#main [data-selected]");
  const row = document.activeElement?.closest<HTMLElement>("[data-track]") ?? rows[rows.length - 1];
  ui.set({ selecting: false });
  row?.querySelector<HTMLElement>('[data-act="menu"]')?.focus();
}

/** Takes the boxes away. */
export function stopSelecting(): void {
  running?.abort();
  for (const list of document.querySelectorAll<HTMLElement>(".track-list[data-selecting]"))
    delete list.dataset.selecting;
  for (const box of document.querySelectorAll(`.${CHECK}`)) box.remove();
  for (const row of document.querySelectorAll("[data-selected]")) row.removeAttribute("data-selected");
}

/** The chosen tracks, in the order of the page. */
export function selectedTracks(): Track[] {
  return [...document.querySelectorAll<HTMLElement>("#main [data-selected]")].flatMap(
    (row) => trackOf(row)?.track ?? [],
  );
}

/** Tells who shows how many are chosen. */
const changed = new EventTarget();
export function onSelectionChange(listener: () => void): () => void {
  changed.addEventListener("change", listener);
  return () => changed.removeEventListener("change", listener);
}

function tell(): void {
  changed.dispatchEvent(new Event("change"));
}

function check(row: HTMLElement): HTMLInputElement | null {
  return row.querySelector<HTMLInputElement>(`.${CHECK}`);
}

function choose(box: HTMLInputElement, chosen: boolean): void {
  box.checked = chosen;
  box.closest("[data-track]")?.toggleAttribute("data-selected", chosen);
}

function chooseRange(list: HTMLElement, from: HTMLInputElement, to: HTMLInputElement): void {
  const boxes = [...list.querySelectorAll<HTMLInputElement>(`.${CHECK}`)];
  const [first, last] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b) as [number, number];
  for (const box of boxes.slice(first, last + 1)) choose(box, to.checked);
}
