import type { QueueItem } from "../queue/queue";
import { bufferedAheadS } from "./buffered";
import type { EngineHost } from "./contract";
import type { HlsSource } from "./hls-source";
import { hlsIfLoaded, loadHls } from "./load-hls";
import { ProgressiveSource } from "./progressive-source";
import type { Source, SourceEvents, SourceFailure, SourceOptions } from "./source";

/** What a deck tells the engine, and asks it. */
export interface DeckEvents extends Pick<EngineHost, "renditionsOf"> {
  failed(deck: Deck, failure: SourceFailure): void;
  loaded(deck: Deck): void;
  bitRateChanged(deck: Deck): void;
}

/** One media element and the track in it. The engine has two, so that one track can follow the other without a gap. */
export class Deck {
  readonly audio: HTMLAudioElement;
  item: QueueItem | null = null;
  source: Source | null = null;
  /** The adaptive renditions of this track do not work here. */
  fileOnly = false;
  /** Where the track will begin, until the playhead has got there. */
  #startMs: number | null = null;
  #generation = 0;
  readonly #events: DeckEvents;

  constructor(audio: HTMLAudioElement, events: DeckEvents) {
    this.audio = audio;
    this.#events = events;
  }

  /** Puts a track on the deck without loading anything. */
  stage(item: QueueItem, startMs: number): void {
    this.detach();
    this.item = item;
    this.fileOnly = false;
    this.#startMs = startMs;
  }

  /** Begins to load what is staged. At once when hls.js is there, else when it has come. */
  attach(options: Omit<SourceOptions, "track" | "startMs">): void | Promise<void> {
    const item = this.item;
    if (!item || this.source) return;
    const startMs = this.positionMs;
    this.#startMs = startMs;
    const full: SourceOptions = { ...options, track: item.track, startMs };
    const url = this.fileOnly ? null : (item.track.hls_url ?? this.#events.renditionsOf(item.track));
    if (url === null) return this.#useProgressive(full);
    const ready = hlsIfLoaded();
    if (ready) return this.#useHls(ready, url, full);
    const generation = this.#generation;
    return loadHls().then(
      (Loaded) => {
        if (generation === this.#generation && !this.source) this.#useHls(Loaded, url, full);
      },
      () => {
        if (generation === this.#generation && !this.source) this.#useProgressive(full);
      },
    );
  }

  /** Takes the track off and frees what it held. */
  detach(): void {
    this.#generation += 1;
    this.audio.pause();
    this.source?.destroy();
    this.source = null;
    this.item = null;
    this.#startMs = null;
  }

  /** Drops the source but keeps the track and its place, to attach another way. */
  release(): void {
    const startMs = this.positionMs;
    this.#generation += 1;
    this.source?.destroy();
    this.source = null;
    this.fileOnly = false;
    this.#startMs = startMs;
  }

  /** Drops the adaptive source, to attach the file in its place. */
  useFile(): void {
    this.release();
    this.fileOnly = true;
  }

  /** Where the playhead stands, or will stand once it has loaded. */
  get positionMs(): number {
    const nowMs = this.audio.currentTime * 1_000;
    if (this.#startMs === null) return nowMs;
    if (this.source && nowMs > 0 && nowMs >= this.#startMs - 100) this.#startMs = null;
    return this.#startMs ?? nowMs;
  }

  /** Moves the playhead. */
  seek(positionMs: number): void {
    if (this.source && this.audio.readyState > 0) {
      this.#startMs = null;
      this.audio.currentTime = positionMs / 1_000;
    } else {
      this.#startMs = positionMs;
      if (this.source) this.audio.currentTime = positionMs / 1_000;
    }
  }

  /** The exact length: the catalogue's, unless the media itself is plainly different; 0 where neither knows. */
  get durationMs(): number {
    const catalogued = this.item?.track.duration_ms ?? 0;
    const own = this.audio.duration * 1_000;
    if (!this.source || !Number.isFinite(own)) return catalogued;
    return Math.abs(own - catalogued) > 500 ? own : catalogued;
  }

  /** Where the track ends; never, as long as nobody knows. */
  get endMs(): number {
    return this.durationMs || Number.POSITIVE_INFINITY;
  }

  /** Milliseconds loaded ahead of the playhead. */
  get aheadMs(): number {
    return this.source ? bufferedAheadS(this.audio) * 1_000 : 0;
  }

  #useHls(Loaded: typeof HlsSource, url: string, options: SourceOptions): void {
    if (Loaded.isSupported()) this.source = new Loaded(this.audio, url, options, this.#sourceEvents());
    else if (this.audio.canPlayType("application/vnd.apple.mpegurl") !== "")
      this.source = new ProgressiveSource(this.audio, url, options, this.#sourceEvents(), true);
    else this.#useProgressive(options);
  }

  #useProgressive(options: SourceOptions): void {
    this.source = new ProgressiveSource(this.audio, options.track.stream_url, options, this.#sourceEvents());
  }

  #sourceEvents(): SourceEvents {
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    return {
      failed: (failure) => current() && this.#events.failed(this, failure),
      loaded: () => current() && this.#events.loaded(this),
      bitRateChanged: () => current() && this.#events.bitRateChanged(this),
    };
  }
}
