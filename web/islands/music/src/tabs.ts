import { newId } from "./ids";

/** Only one tab sounds at a time: whoever starts tells the others. */
export class Tabs {
  readonly #channel: BroadcastChannel | null;
  readonly #self = newId();

  constructor(otherStarted: () => void) {
    this.#channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("haas.music") : null;
    this.#channel?.addEventListener("message", ({ data }) => {
      if (data?.type === "playing" && data.tab !== this.#self) otherStarted();
    });
  }

  /** This tab starts to sound. */
  claim(): void {
    this.#channel?.postMessage({ type: "playing", tab: this.#self });
  }
}
