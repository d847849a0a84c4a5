import { ofTab, readStored, writeStored } from "./storage";
import { createStore } from "./store";

/** When the music should stop: at a time, with the track, or not at all. */
export type SleepAt = { kind: "off" } | { kind: "track_end" } | { kind: "time"; minutes: number; at_ms: number };
/** The times a listener can choose, in minutes. */
export const SLEEP_MINUTES = [15, 30, 45, 60, 90] as const;

const FADE_MS = 5_000;
const FADE_STEP_MS = 100;

/** Stops the music later, fading out so that nobody wakes from it. */
export class SleepTimer {
  readonly state = createStore<{ sleep: SleepAt }>({ sleep: { kind: "off" } });
  readonly #fade: (factor: number) => void;
  readonly #stop: () => void;
  #timer = 0;

  /** `fade` takes the volume down (1 is full), `stop` ends the music. */
  constructor(fade: (factor: number) => void, stop: () => void) {
    this.#fade = fade;
    this.#stop = stop;
    const sleep = readStored<SleepAt>("sleep", ofTab);
    if (sleep?.kind === "track_end" || (sleep?.kind === "time" && sleep.at_ms > Date.now())) this.#put(sleep);
  }

  set(choice: number | "track_end" | null): void {
    this.#fade(1);
    if (choice === null) this.#put({ kind: "off" });
    else if (choice === "track_end") this.#put({ kind: "track_end" });
    else this.#put({ kind: "time", minutes: choice, at_ms: Date.now() + choice * 60_000 });
  }

  #put(sleep: SleepAt): void {
    clearTimeout(this.#timer);
    this.state.set({ sleep });
    if (sleep.kind === "time") {
      const delayMs = sleep.at_ms - Date.now() - FADE_MS;
      this.#timer = window.setTimeout(() => this.#fadeOut(FADE_MS), Math.max(0, delayMs));
    }
    writeStored("sleep", sleep, ofTab);
  }

  #fadeOut(leftMs: number): void {
    if (leftMs <= 0) {
      this.#stop();
      this.set(null);
      return;
    }
    this.#fade(leftMs / FADE_MS);
    this.#timer = window.setTimeout(() => this.#fadeOut(leftMs - FADE_STEP_MS), FADE_STEP_MS);
  }
}
