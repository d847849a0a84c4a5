import type { Parts, UiState } from "../ui/context";

const SEEK_MS = 5_000;
const FAR_SEEK_MS = 15_000;
const VOLUME_STEP = 0.05;
const TYPING = "input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]";
/** Space means something to these already. */
const PRESSABLE = "button, a[href], summary, input, [role=option]";
const OPEN_ABOVE = "[popover]:popover-open, dialog[open]:not(.now)";
/** A dialog that has just ended: the browser says so, and the state follows, a frame later. */
const ENDED = "dialog[data-ended]";

/** Whether what somebody does there is writing. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null;
}

/** Whether keys pressed there belong to what is open, or to what is being written. */
export function keysAreTaken(target: EventTarget | null, { menu, dialog }: UiState): boolean {
  // Asked for and still loading counts as open.
  const isDialogOpen = dialog !== null && !document.querySelector(ENDED);
  return menu !== null || isDialogOpen || isTyping(target) || document.querySelector(OPEN_ABOVE) !== null;
}

/** Shortcuts of the player. Never while typing or with a menu or dialog open; single keys can be switched off. */
export function listenToKeys(parts: Parts): void {
  const { player, ui } = parts;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      focusSearch();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !player.settings.get().shortcuts) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (keysAreTaken(target, ui.get())) return;
    const action = actionOf(event, target, parts);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function actionOf(
  { key, code, shiftKey }: KeyboardEvent,
  target: Element,
  { player, library, ui }: Parts,
): (() => void) | null {
  const togglePanel = (name: "queue" | "lyrics") => () => ui.set({ panel: ui.get().panel === name ? null : name });
  if (key === "?") return () => ui.set({ dialog: { kind: "keys" } });
  if (key === "/") return focusSearch;
  const track = player.queue.get().current?.track;
  if (!track) return null;
  if (key === " ") return target.closest(PRESSABLE) ? null : () => player.toggle();
  const step = shiftKey ? FAR_SEEK_MS : SEEK_MS;
  // Arrows belong to sliders, tabs and lists while one of them has the focus.
  if (key.startsWith("Arrow") && target.closest("input[type=range], [role=tab], [role=listbox]")) return null;
  if (key === "ArrowLeft") return () => player.seekBy(-step);
  if (key === "ArrowRight") return () => player.seekBy(step);
  const { volume } = player.settings.get();
  if (key === "ArrowUp") return () => player.setVolume(volume + VOLUME_STEP);
  if (key === "ArrowDown") return () => player.setVolume(volume - VOLUME_STEP);
  // By place on the keyboard: with a Korean layout the same keys give other letters.
  switch (shiftKey ? `Shift+${code}` : code) {
    case "KeyK":
      return () => player.toggle();
    case "Shift+KeyN":
      return () => player.next();
    case "Shift+KeyP":
      return () => player.previous();
    case "KeyM":
      return () => player.settings.set({ muted: !player.settings.get().muted });
    case "KeyL":
      return () => library.toggleLike(track);
    case "KeyQ":
      return togglePanel("queue");
    case "KeyY":
      return togglePanel("lyrics");
    default:
      return null;
  }
}

function focusSearch(): void {
  const input = document.querySelector<HTMLInputElement>(".search-form input[type=search]");
  input?.focus();
  input?.select();
}
