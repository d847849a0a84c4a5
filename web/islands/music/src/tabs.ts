type Word = "playing" | "stopped";

/** Only one tab sounds at a time: whoever starts or stops tells the others. */
export class Tabs {
  readonly #channel: BroadcastChannel | null;

  constructor(otherSounds: (sounds: boolean) => void) {
    this.#channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("haas.music") : null;
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => otherSounds(data === "playing"));
  }

  /** This tab starts to sound, or stops. */
  tell(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
