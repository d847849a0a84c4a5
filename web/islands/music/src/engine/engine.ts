import type { Failure } from "@haas/api";
import type { QueueItem } from "../queue/queue";
import { createStore, type Store } from "../store";
import type { Track } from "../track";
import { Beginnings } from "./beginnings";
import type { EngineHost, EngineState } from "./contract";
import type { Deck } from "./deck";
import { Decks } from "./decks";
import { loadHls } from "./load-hls";
import { MediaTimeMeter } from "./media-time";
import { PlayQuality } from "./play-quality";
import { SKIP_AFTER_MS, Tries, Watchdog } from "./recovery";
import type { SourceFailure } from "./source";
import { startBitRate } from "./start-level";

/** Loaded ahead of the playhead: from here on the link has room for other things. */
const COMFORTABLE_MS = 6_000;
const TICK_MS = 250;
/** Until the first sound the playhead is watched more closely, so that start-up is measured truly. */
const FIRST_TICK_MS = 25;
/** What follows and could not be loaded ahead is asked for again after this pause, or when the server says. */
const NEXT_RETRY_MS = 5_000;
/** Movement that proves sound. */
const SOUND_PROOF_MS = 50;

/** Plays one item after the other on two media elements. Knows nothing of queues, pages or React. */
export class Engine {
  readonly state: Store<EngineState> = createStore<EngineState>({
    status: "empty",
    wantsPlay: false,
    delivery: null,
    bitRateKbps: null,
    failure: null,
  });
  readonly #host: EngineHost;
  readonly #sessionId: string;
  readonly #beginnings: Beginnings;
  readonly #tries = new Tries();
  readonly #decks: Decks;
  #meter = new MediaTimeMeter();
  #quality = new PlayQuality();
  #watchdog = new Watchdog();
  #lastTickPositionMs = 0;
  #startedFromMs = 0;
  #ticker = 0;
  #mayPrepareAtMs = 0;

  constructor(elements: [HTMLAudioElement, HTMLAudioElement], sessionId: string, host: EngineHost) {
    this.#host = host;
    this.#sessionId = sessionId;
    this.#beginnings = new Beginnings(sessionId);
    this.#decks = new Decks(elements, {
      renditionsOf: host.renditionsOf,
      failed: (deck, failure) => this.#failed(deck, failure),
      loaded: (deck) => this.#loaded(deck),
      bitRateChanged: (deck) =>
        deck === this.#active && this.state.set({ bitRateKbps: deck.source?.bitRateKbps ?? null }),
    });
    for (const deck of this.#decks.both) this.#listen(deck);
    addEventListener("online", () => this.state.get().wantsPlay && this.#retry());
  }

  /** Where the playhead stands. */
  get positionMs(): number {
    return Math.min(this.#active.positionMs, this.#active.endMs);
  }

  /** How long the track is; 0 where nobody knows. */
  get durationMs(): number {
    return this.#active.durationMs;
  }

  /** Until where the current track is loaded. */
  get bufferedMs(): number {
    return Math.min(this.#active.endMs, this.positionMs + this.#active.aheadMs);
  }

  /** Whether what sounds can do without the link for a while. */
  get sparesLink(): boolean {
    const { aheadMs } = this.#active;
    return !this.state.get().wantsPlay || aheadMs >= COMFORTABLE_MS || this.bufferedMs >= this.#active.endMs;
  }

  get item(): QueueItem | null {
    return this.#active.item;
  }

  /** Puts a track on, at a place, without sound. Nothing is loaded until `play`. */
  load(item: QueueItem, startMs = 0): void {
    this.#finishPlay();
    this.#tries.cancel();
    this.#decks.load(item, startMs);
    this.#beginPlay();
    this.state.set({ status: "paused", wantsPlay: false, failure: null, delivery: null, bitRateKbps: null });
  }

  /** A press on this track seems near: brings hls.js and what the track begins with, by and by or with its sound. */
  expect(track: Track, withSound: boolean): void {
    if (this.#host.saveData() || !track.hls_url) return;
    void loadHls().catch(() => {});
    const sounds = this.state.get().wantsPlay && this.#active.item?.track.id === track.id;
    if (sounds || !this.sparesLink) return;
    this.#beginnings.prepare(track.hls_url, startBitRate(this.#sourceOptions()), withSound);
  }

  /** Starts sound. To be called within a click where there is one. */
  play(): void {
    if (!this.#active.item) return;
    if (this.state.get().failure) this.#active.release();
    this.#tries.cancel();
    const now = this.#host.now();
    this.#quality.intent(now);
    this.#watchdog.reset(now);
    const status = this.#quality.hasSounded ? "buffering" : "loading";
    this.state.set({ wantsPlay: true, failure: null, status });
    this.#startedFromMs = this.positionMs;
    this.#attachAndRun();
    this.#tickSoon();
  }

  pause(): void {
    this.#tries.cancel();
    this.#tick();
    this.#decks.stopWatching();
    this.#quality.pause(this.#host.now());
    this.#meter.interrupt();
    this.state.set({ wantsPlay: false, status: this.#active.item ? "paused" : "empty" });
    this.#active.audio.pause();
    clearTimeout(this.#ticker);
  }

  /** Moves the playhead; nothing that is jumped over counts as heard. */
  seek(positionMs: number): void {
    this.#tick();
    const target = Math.max(0, Math.min(positionMs, this.#active.endMs - 1));
    this.#decks.stopWatching();
    this.#meter.interrupt();
    this.#watchdog.reset(this.#host.now());
    this.#active.seek(target);
    this.#lastTickPositionMs = target;
    this.#startedFromMs = target;
  }

  /** The queue changed: what was loaded as next may no longer be next. */
  nextChanged(): void {
    this.#decks.drop(this.#host.next());
  }

  applyVolume(muted: boolean, factor = 1): void {
    for (const { audio, item } of this.#decks.both) {
      audio.muted = muted;
      if (item) audio.volume = this.#host.volumeOf(item) * factor;
    }
  }

  applyQuality(): void {
    for (const { source } of this.#decks.both) source?.setQuality(this.#host.quality());
  }

  /** Ends the notes on the current play, as when the page goes away. */
  flush(): void {
    this.#tick();
    this.#finishPlay();
    this.#beginPlay();
    if (this.state.get().wantsPlay) this.#quality.intent(this.#host.now());
  }

  get #active(): Deck {
    return this.#decks.active;
  }

  #beginPlay(): void {
    this.#meter = new MediaTimeMeter();
    this.#quality = new PlayQuality();
    this.#tries.forget();
    this.#lastTickPositionMs = this.positionMs;
  }

  #finishPlay(failure: Failure | null = null): void {
    const { source } = this.#active;
    const bps = source?.throughputBps();
    if (bps) this.#host.measured(bps);
    const summary = this.#quality.summary(source?.delivery ?? "progressive", failure, this.#host.now());
    if (summary) this.#host.summed(summary);
  }

  #attachAndRun(): void {
    const deck = this.#active;
    const item = deck.item;
    if (!item) return;
    deck.audio.volume = this.#host.volumeOf(item);
    const options = this.#sourceOptions();
    const { hls_url } = item.track;
    // Asked for before hls.js has come and has asked one thing after the other.
    if (hls_url && !deck.source && !deck.fileOnly)
      this.#beginnings.prepare(hls_url, startBitRate(options), deck.positionMs === 0);
    const attached = deck.attach(options);
    const run = () => {
      if (deck !== this.#active || deck.item !== item || !this.state.get().wantsPlay) return;
      this.state.set({ delivery: deck.source?.delivery ?? null, bitRateKbps: deck.source?.bitRateKbps ?? null });
      this.#sound(deck);
    };
    if (attached) void attached.then(run);
    else run();
  }

  #sound(deck: Deck): void {
    if (deck.source) deck.audio.play().catch((error: unknown) => this.#playRefused(deck, error));
  }

  /** Loads again, and goes on sounding where that is wanted: an element that has failed no longer plays. */
  #retry(): void {
    this.#active.source?.retry();
    if (this.state.get().wantsPlay) this.#sound(this.#active);
  }

  #sourceOptions() {
    return {
      quality: this.#host.quality(),
      isMetered: this.#host.isMetered(),
      throughput: this.#host.throughput(),
      sessionId: this.#sessionId,
      beginnings: this.#beginnings,
      nowMs: Date.now(),
    };
  }

  #playRefused(deck: Deck, error: unknown): void {
    if (deck !== this.#active || !(error instanceof DOMException) || error.name !== "NotAllowedError") return;
    this.#quality.pause(this.#host.now());
    clearTimeout(this.#ticker);
    this.state.set({ status: "blocked", wantsPlay: false });
  }

  #listen(deck: Deck): void {
    const { audio } = deck;
    const mine = () => deck === this.#active && this.state.get().wantsPlay;
    audio.addEventListener("timeupdate", () => mine() && this.#tick());
    audio.addEventListener("waiting", () => mine() && this.#still());
    audio.addEventListener("pause", () => {
      // Somebody else stopped it: headphones pulled out, a call, the system's own controls. The event comes late: after
      // a pause and a play in quick succession it tells of the pause that is over.
      if (mine() && audio.paused && deck.source && !audio.ended && audio.readyState > 0) this.pause();
    });
    audio.addEventListener("ended", () => {
      if (mine()) this.#reachedEnd();
      else this.#decks.retire(deck);
    });
  }

  #tickSoon(): void {
    clearTimeout(this.#ticker);
    this.#ticker = window.setTimeout(
      () => {
        this.#tick();
        if (this.state.get().wantsPlay) this.#tickSoon();
      },
      this.#quality.hasSounded ? TICK_MS : FIRST_TICK_MS,
    );
  }

  #tick(): void {
    const { status, wantsPlay } = this.state.get();
    if (!wantsPlay || status === "failed") return;
    const deck = this.#active;
    const now = this.#host.now();
    const positionMs = deck.positionMs;
    const moved =
      deck.source !== null && !deck.audio.paused && !deck.audio.seeking && positionMs > this.#lastTickPositionMs;
    if (moved) this.#moved(positionMs, now);
    else if (status === "playing" || status === "buffering" || status === "loading") this.#watch(positionMs, now);
    this.#prepareNext();
  }

  #moved(positionMs: number, now: number): void {
    const deck = this.#active;
    this.#lastTickPositionMs = positionMs;
    this.#watchdog.observe(positionMs, now);
    const step = this.#meter.observe(positionMs, now);
    if (!this.#quality.hasSounded) {
      if (positionMs - this.#startedFromMs < SOUND_PROOF_MS) return;
      this.#quality.firstSound(now);
      this.#tries.succeeded();
      this.#host.sounded(deck.item as QueueItem);
    }
    this.#quality.resume(now);
    this.#quality.played(step, deck.source?.bitRateKbps ?? null);
    if (step > 0) this.#host.heard(step);
    if (this.state.get().status !== "playing") this.state.set({ status: "playing", failure: null });
  }

  #watch(positionMs: number, now: number): void {
    const stillness = this.#watchdog.observe(positionMs, now);
    if (stillness === "moving") return;
    // Without a link hls.js waits for one and says nothing: where nothing is loaded, a seek may last for as long.
    if (this.#active.audio.seeking) return this.#sayStill();
    this.#still();
    if (stillness !== "stuck") return;
    this.#watchdog.reset(now);
    this.#active.source?.lowerLevel();
    this.#sound(this.#active);
  }

  /** The sound has stopped and nobody asked for it. */
  #still(): void {
    if (this.#active.audio.seeking || !this.#quality.hasSounded) return;
    this.#meter.interrupt();
    this.#quality.stall(this.#host.now());
    this.#active.source?.starved();
    this.#sayStill();
  }

  #sayStill(): void {
    if (this.state.get().status === "playing")
      this.state.set({ status: navigator.onLine || !this.#active.source ? "buffering" : "offline" });
  }

  #prepareNext(): void {
    if (!this.#decks.isNearEnd || !this.#quality.hasSounded) return;
    const next = this.#host.next();
    if (!next) return;
    const fresh = this.#host.now() >= this.#mayPrepareAtMs ? this.#decks.bringUp(next) : null;
    if (fresh) {
      fresh.audio.volume = this.#host.volumeOf(next);
      void fresh.attach(this.#sourceOptions());
    }
    this.#decks.watchEnd(() => this.state.get().wantsPlay && this.#handOver());
  }

  /** Starts the next track so that its first sample follows the last one of this track. */
  #handOver(): boolean {
    const next = this.#decks.ready(this.#host.next());
    if (!next) return false;
    this.#sound(next.deck);
    this.#completePlay();
    this.#decks.handOver();
    this.#beginPlay();
    const now = this.#host.now();
    this.#quality.intent(now);
    this.#watchdog.reset(now);
    this.#startedFromMs = 0;
    this.state.set({ status: "loading", delivery: next.source.delivery, bitRateKbps: next.source.bitRateKbps });
    this.#host.handedOver(next.item);
    this.#tickSoon();
    return true;
  }

  #completePlay(): void {
    const leftMs = this.durationMs - this.#lastTickPositionMs;
    if (leftMs > 0 && leftMs < TICK_MS * 2) this.#host.heard(leftMs);
    this.#finishPlay();
  }

  #reachedEnd(): void {
    if (this.#handOver()) return;
    this.#completePlay();
    this.#beginPlay();
    this.#host.ended();
  }

  #loaded(deck: Deck): void {
    if (deck !== this.#active) return;
    this.#tries.forget();
    this.#tries.cancel();
    const { status } = this.state.get();
    if (status === "offline" || status === "unreachable")
      this.state.set({ status: this.#quality.hasSounded ? "buffering" : "loading" });
  }

  #failed(deck: Deck, failure: SourceFailure): void {
    if (deck !== this.#active) {
      deck.detach();
      const askedMs = failure.kind === "network" ? failure.retryAfterMs : null;
      this.#mayPrepareAtMs = this.#host.now() + (askedMs ?? NEXT_RETRY_MS);
      return;
    }
    const online = navigator.onLine;
    const recovery = this.#tries.failed(failure, { delivery: deck.source?.delivery ?? "progressive", online });
    switch (recovery.do) {
      case "use_progressive":
        deck.useFile();
        if (this.state.get().wantsPlay) this.#attachAndRun();
        return;
      case "give_up":
        this.#giveUp(recovery.reason);
        return;
      default:
        // What is already loaded goes on sounding; the state changes when it has run out.
        if (recovery.do === "wait_for_link" && this.state.get().wantsPlay && deck.aheadMs < SOUND_PROOF_MS) {
          this.#quality.stall(this.#host.now());
          this.state.set({ status: online ? "unreachable" : "offline" });
        }
        this.#tries.later(() => deck === this.#active && this.#retry(), recovery.afterMs);
    }
  }

  #giveUp(reason: Failure): void {
    const skips = this.#tries.maySkip() && this.#host.next() !== null && this.state.get().wantsPlay;
    this.#finishPlay(reason);
    this.#beginPlay();
    this.#active.audio.pause();
    this.state.set({ status: "failed", wantsPlay: false, failure: { reason, skips } });
    clearTimeout(this.#ticker);
    if (skips) this.#tries.later(() => this.#host.skipFailed(), SKIP_AFTER_MS);
  }
}
