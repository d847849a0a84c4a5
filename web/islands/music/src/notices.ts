import { t } from "./i18n";
import { createStore } from "./store";

/** A short message at the edge of the page, perhaps with one thing to do about it. */
export interface Notice {
  id: number;
  text: string;
  action: { label: string; run: () => void } | null;
}

/** How long a notice with an action stands: the time to undo. */
export const UNDO_MS = 5_000;
const PLAIN_MS = 4_000;
/** How often is looked whether somebody points at one or is at its button; meanwhile the time stands still. */
const LOOK_EVERY_MS = 500;
/** More notices than these push out the oldest. */
const NOTICES_SHOWN = 3;

/** The notices that stand now. */
export const notices = createStore<{ shown: Notice[] }>({ shown: [] });
let lastId = 0;

/** Shows a notice; it goes by itself. One that says the same gives way: what can be taken back is what was done last. */
export function notify(text: string, action: Notice["action"] = null): void {
  lastId += 1;
  const id = lastId;
  const others = notices.get().shown.filter((notice) => notice.text !== text);
  notices.set({ shown: [...others, { id, text, action }].slice(-NOTICES_SHOWN) });
  stand(id, action ? UNDO_MS : PLAIN_MS);
}

function stand(id: number, leftMs: number): void {
  if (leftMs <= 0) return dismiss(id);
  setTimeout(() => {
    const isHeld = document.querySelector(".toast:hover") ?? document.activeElement?.closest(".toast");
    stand(id, isHeld ? leftMs : leftMs - LOOK_EVERY_MS);
  }, LOOK_EVERY_MS);
}

/** Says what was done, with the way back. */
export function notifyUndoable(text: string, run: () => void): void {
  notify(text, { label: t("player.undo"), run });
}

/** Takes a notice away. */
export function dismiss(id: number): void {
  notices.set({ shown: notices.get().shown.filter((notice) => notice.id !== id) });
}
