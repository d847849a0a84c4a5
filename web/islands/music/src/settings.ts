import { QUALITIES, type Quality } from "./engine/start-level";
import { readStored, writeStored } from "./storage";
import { createStore, type Store } from "./store";

/** What the listener has chosen on this device. */
export interface Settings {
  /** 0 to 1, as the slider stands. */
  volume: number;
  muted: boolean;
  quality: Quality;
  /** Bring all tracks to one loudness. */
  levelling: boolean;
  /** Single-key shortcuts can be switched off (WCAG 2.1.4). */
  shortcuts: boolean;
}

const STORED = "settings";
const DEFAULTS: Settings = { volume: 0.8, muted: false, quality: "auto", levelling: true, shortcuts: true };

/** The settings, read from the device and written back at each change. */
export function createSettings(): Store<Settings> {
  const store = createStore<Settings>(valid(readStored<Partial<Settings>>(STORED)));
  store.subscribe(() => writeStored(STORED, store.get()));
  return store;
}

/** Keeps of a stored value what makes sense. */
function valid(stored: Partial<Settings> | null): Settings {
  const { volume, muted, quality, levelling, shortcuts } = stored ?? {};
  return {
    volume: typeof volume === "number" && volume >= 0 && volume <= 1 ? volume : DEFAULTS.volume,
    muted: muted === true,
    quality: QUALITIES.includes(quality as Quality) ? (quality as Quality) : DEFAULTS.quality,
    levelling: levelling !== false,
    shortcuts: shortcuts !== false,
  };
}
