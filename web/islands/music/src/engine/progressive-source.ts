import { type Delivery, retryAfterMs } from "@haas/api";
import { withCmcd } from "./cmcd";
import { failureOfStatus, type Source, type SourceEvents, type SourceFailure, type SourceOptions } from "./source";

/** Plays a whole file by byte ranges: the original before its renditions are ready, or where HLS cannot play. */
export class ProgressiveSource implements Source {
  readonly delivery: Delivery;
  readonly bitRateKbps = null;
  readonly #audio: HTMLAudioElement;
  readonly #url: string;
  readonly #options: SourceOptions;
  readonly #events: SourceEvents;
  readonly #stop = new AbortController();
  #starved = false;
  /** The server had no fault when the element had one, and nothing has sounded since. */
  #doubted = false;

  /** `native` says that the url is an HLS playlist which the browser plays by itself. */
  constructor(
    audio: HTMLAudioElement,
    url: string,
    options: SourceOptions,
    events: SourceEvents,
    native: boolean = false,
  ) {
    this.#audio = audio;
    this.#url = url;
    this.#options = options;
    this.#events = events;
    this.delivery = native ? "hls" : "progressive";
    const { signal } = this.#stop;
    audio.addEventListener("error", () => this.#explain(), { signal });
    audio.addEventListener("progress", () => events.loaded(), { signal });
    audio.addEventListener(
      "playing",
      () => {
        this.#doubted = false;
      },
      { signal },
    );
    this.#load(options.startMs);
  }

  // One file, one quality.
  setQuality(): void {}
  lowerLevel(): void {
    this.retry();
  }

  starved(): void {
    this.#starved = true;
  }

  throughputBps(): number | null {
    return null;
  }

  retry(): void {
    this.#load(this.#audio.currentTime * 1_000 || this.#options.startMs);
  }

  destroy(): void {
    this.#stop.abort();
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }

  #load(startMs: number): void {
    const audio = this.#audio;
    const { duration_ms } = this.#options.track;
    audio.src = withCmcd(this.#url, {
      ot: "a",
      sf: this.delivery === "hls" ? "h" : "o",
      sid: this.#options.sessionId,
      bs: this.#starved,
      su: true,
      ...(duration_ms > 0 && { d: duration_ms }),
    });
    this.#starved = false;
    audio.currentTime = startMs / 1_000;
  }

  /** A media element does not say why it failed, so the server is asked. */
  async #explain(): Promise<void> {
    const code = this.#audio.error?.code;
    const failure = code === MediaError.MEDIA_ERR_DECODE ? { kind: "decode" as const } : await this.#probe(code);
    if (!this.#stop.signal.aborted) this.#events.failed(failure);
  }

  /** Asks for the whole file as the element does: a busy server still answers small parts. */
  async #probe(code: number | undefined): Promise<SourceFailure> {
    try {
      const answer = await fetch(this.#url, { headers: { range: "bytes=0-" }, signal: this.#stop.signal });
      // Its head was all that is wanted to know.
      await answer.body?.cancel();
      if (!answer.ok) return failureOfStatus(answer.status, retryAfterMs(answer));
      // What kept the element from the file may be over by now: only twice the same fault is the file's.
      const isOver = code === MediaError.MEDIA_ERR_NETWORK || !this.#doubted;
      this.#doubted = true;
      return isOver ? { kind: "network", status: answer.status } : { kind: "decode" };
    } catch {
      return { kind: "network", status: 0 };
    }
  }
}
