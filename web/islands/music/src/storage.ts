/** Everything this product keeps on the device stands under this prefix. */
const PREFIX = "haas.music.";

/** What this tab alone keeps, also over a reload. Asking for it may be refused, as for the other. */
export const ofTab = () => sessionStorage;

/** Reads a stored value; null when there is none, or it cannot be read (private mode, broken JSON). */
export function readStored<T>(name: string, storage = () => localStorage): T | null {
  try {
    const text = storage().getItem(PREFIX + name);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** Stores a value. False when the device refuses (full, private mode): the player goes on without. */
export function writeStored(name: string, value: unknown, storage = () => localStorage): boolean {
  try {
    storage().setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Calls `listener` when another tab changes the value. */
export function onStoredElsewhere(name: string, listener: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) listener();
  });
}
