import type { Delivery, Failure, PlaybackSummary } from "@haas/api";
import type { QueueItem } from "../queue/queue";
import { createStore, type Store } from "../store";
import type { Track } from "../track";
import { Beginnings } from "./beginnings";
import { Deck } from "./deck";
import { loadHls } from "./load-hls";
import { MediaTimeMeter } from "./media-time";
import { PlayQuality } from "./play-quality";
import { isUnanswered, recoveryOf, SKIP_AFTER_MS, SKIPS_IN_A_ROW, Watchdog } from "./recovery";
import type { SourceFailure } from "./source";
import { type Quality, startBitRate, type Throughput } from "./start-level";

/**
 * What the player does, in one word. `loading` before the first sound, `buffering` after it; `offline` without a link,
 * `unreachable` where there is one and still nobody answers.
 */
export type Status =
  | "empty"
  | "paused"
  | "loading"
  | "playing"
  | "buffering"
  | "offline"
  | "unreachable"
  | "blocked"
  | "failed";

/** What the interface shows of the engine. The playhead is not in it: ask `positionMs`, it moves all the time. */
export interface EngineState {
  status: Status;
  /** The listener wants sound, whether or not there is any. */
  wantsPlay: boolean;
  delivery: Delivery | null;
  bitRateKbps: number | null;
  failure: { reason: Failure; skips: boolean } | null;
}

/** What the engine asks and tells. */
export interface EngineHost {
  /** What follows the current track. */
  next(): QueueItem | null;
  /** The next track has begun by itself. */
  handedOver(item: QueueItem): void;
  /** The current track ended and nothing was ready to follow. */
  ended(): void;
  /** A track was given up; go to the next one. */
  skipFailed(): void;
  /** The first sound of a play. */
  sounded(item: QueueItem): void;
  /** Media time heard since the last call. */
  heard(stepMs: number): void;
  /** What a play was like, at its end or when the page goes away. */
  summed(summary: PlaybackSummary): void;
  throughput(): Throughput | null;
  measured(bps: number): void;
  volumeOf(item: QueueItem): number;
  quality(): Quality;
  saveData(): boolean;
  now(): number;
}

/** Loaded ahead of the playhead: from here on the link has room for other things. */
const COMFORTABLE_MS = 6_000;
const TICK_MS = 250;
/** Until the first sound the playhead is watched more closely, so that start-up is measured truly. */
const FIRST_TICK_MS = 25;
/** When to begin to load the next track. */
export const PRELOAD_BEFORE_END_MS = 20_000;
/** An element needs about this long from `play()` to sound; measured, see `reference/frontend.md` M14. */
const HANDOVER_LEAD_MS = 30;
/** From here to the end a timer of its own waits for the exact moment. */
const HANDOVER_WATCH_MS = 1_500;
/** After a handover the last samples of the old track have sounded by then. */
const LEAVE_MS = 400;
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
  #active: Deck;
  #standby: Deck;
  /** The standby deck while its last samples still sound after a handover. */
  #leaving: Deck | null = null;
  #meter = new MediaTimeMeter();
  #quality = new PlayQuality();
  #watchdog = new Watchdog();
  #progressive = false;
  /** Failures since something last loaded: those that the server answered with, and those without an answer. */
  #refused = 0;
  #unanswered = 0;
  #skips = 0;
  #lastTickPositionMs = 0;
  #startedFromMs = 0;
  #ticker = 0;
  #handoverTimer = 0;
  #recoveryTimer = 0;

  constructor(elements: [HTMLAudioElement, HTMLAudioElement], sessionId: string, host: EngineHost) {
    this.#host = host;
    this.#sessionId = sessionId;
    this.#beginnings = new Beginnings(sessionId);
    const events = {
      failed: (deck: Deck, failure: SourceFailure) => this.#failed(deck, failure),
      loaded: (deck: Deck) => this.#loaded(deck),
      bitRateChanged: (deck: Deck) =>
        deck === this.#active && this.#publish({ bitRateKbps: deck.source?.bitRateKbps ?? null }),
    };
    this.#active = new Deck(elements[0], events);
    this.#standby = new Deck(elements[1], events);
    for (const deck of [this.#active, this.#standby]) this.#listen(deck);
    addEventListener("online", () => this.#linkBack());
  }

  /** Where the playhead stands. */
  get positionMs(): number {
    return Math.min(this.#active.positionMs, this.durationMs);
  }

  get durationMs(): number {
    return this.#active.durationMs;
  }

  /** Until where the current track is loaded. */
  get bufferedMs(): number {
    return Math.min(this.durationMs, this.positionMs + this.#active.aheadMs);
  }

  /** Whether what sounds can do without the link for a while. */
  get sparesLink(): boolean {
    const { aheadMs } = this.#active;
    return !this.state.get().wantsPlay || aheadMs >= COMFORTABLE_MS || this.bufferedMs >= this.durationMs;
  }

  get item(): QueueItem | null {
    return this.#active.item;
  }

  /** Puts a track on, at a place, without sound. Nothing is loaded until `play`. */
  load(item: QueueItem, startMs = 0): void {
    this.#finishPlay();
    clearTimeout(this.#recoveryTimer);
    if (startMs === 0 && !this.#leaving && this.#standby.item?.key === item.key && this.#standby.source) this.#swap();
    else this.#active.stage(item, startMs);
    this.#standby.detach();
    this.#leaving = null;
    this.#beginPlay();
    this.#publish({ status: "paused", wantsPlay: false, failure: null, delivery: null, bitRateKbps: null });
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
    clearTimeout(this.#recoveryTimer);
    const now = this.#host.now();
    this.#quality.intent(now);
    this.#watchdog.reset(now);
    const status = this.#quality.hasSounded ? "buffering" : "loading";
    this.#publish({ wantsPlay: true, failure: null, status });
    this.#startedFromMs = this.positionMs;
    this.#attachAndRun();
    this.#tickSoon();
  }

  pause(): void {
    clearTimeout(this.#recoveryTimer);
    this.#tick();
    this.#stopHandover();
    this.#quality.pause(this.#host.now());
    this.#meter.interrupt();
    this.#publish({ wantsPlay: false, status: this.#active.item ? "paused" : "empty" });
    this.#active.audio.pause();
    this.#stopTicking();
  }

  /** Moves the playhead; nothing that is jumped over counts as heard. */
  seek(positionMs: number): void {
    this.#tick();
    const target = Math.max(0, Math.min(positionMs, this.durationMs - 1));
    this.#stopHandover();
    this.#meter.interrupt();
    this.#watchdog.reset(this.#host.now());
    this.#active.seek(target);
    this.#lastTickPositionMs = target;
    this.#startedFromMs = target;
  }

  /** The queue changed: what was loaded as next may no longer be next. */
  nextChanged(): void {
    const next = this.#host.next();
    if (!this.#leaving && this.#standby.item && this.#standby.item.key !== next?.key) {
      this.#stopHandover();
      this.#standby.detach();
    }
  }

  applyVolume(muted: boolean, factor = 1): void {
    for (const { audio, item } of [this.#active, this.#standby]) {
      audio.muted = muted;
      if (item) audio.volume = this.#host.volumeOf(item) * factor;
    }
  }

  applyQuality(): void {
    this.#active.source?.setQuality(this.#host.quality());
    this.#standby.source?.setQuality(this.#host.quality());
  }

  /** Ends the notes on the current play, as when the page goes away. */
  flush(): void {
    this.#tick();
    this.#finishPlay();
    this.#beginPlay();
    if (this.state.get().wantsPlay) this.#quality.intent(this.#host.now());
  }

  #publish(change: Partial<EngineState>): void {
    this.state.set(change);
  }

  #beginPlay(): void {
    this.#meter = new MediaTimeMeter();
    this.#quality = new PlayQuality();
    this.#refused = this.#unanswered = 0;
    this.#progressive = false;
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
    if (hls_url && !deck.source && !this.#progressive)
      this.#beginnings.prepare(hls_url, startBitRate(options), deck.positionMs === 0);
    const attached = deck.attach(options, this.#progressive);
    const run = () => {
      if (deck !== this.#active || deck.item !== item || !this.state.get().wantsPlay) return;
      this.#publish({ delivery: deck.source?.delivery ?? null, bitRateKbps: deck.source?.bitRateKbps ?? null });
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
      saveData: this.#host.saveData(),
      throughput: this.#host.throughput(),
      sessionId: this.#sessionId,
      beginnings: this.#beginnings,
      nowMs: Date.now(),
    };
  }

  #playRefused(deck: Deck, error: unknown): void {
    if (deck !== this.#active || !(error instanceof DOMException) || error.name !== "NotAllowedError") return;
    this.#quality.pause(this.#host.now());
    this.#stopTicking();
    this.#publish({ status: "blocked", wantsPlay: false });
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
      else this.#retire(deck);
    });
  }

  /** A deck that has handed over is done once its last samples have sounded. */
  #retire(deck: Deck): void {
    if (deck !== this.#leaving) return;
    this.#leaving = null;
    deck.detach();
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

  #stopTicking(): void {
    clearTimeout(this.#ticker);
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
    this.#prepareNext(positionMs);
  }

  #moved(positionMs: number, now: number): void {
    const deck = this.#active;
    this.#lastTickPositionMs = positionMs;
    this.#watchdog.observe(positionMs, now);
    const step = this.#meter.observe(positionMs, now);
    if (!this.#quality.hasSounded) {
      if (positionMs - this.#startedFromMs < SOUND_PROOF_MS) return;
      this.#quality.firstSound(now);
      this.#skips = 0;
      this.#host.sounded(deck.item as QueueItem);
    }
    this.#quality.resume(now);
    this.#quality.played(step, deck.source?.bitRateKbps ?? null);
    if (step > 0) this.#host.heard(step);
    if (this.state.get().status !== "playing") this.#publish({ status: "playing", failure: null });
  }

  #watch(positionMs: number, now: number): void {
    if (this.#active.audio.seeking) return;
    const stillness = this.#watchdog.observe(positionMs, now);
    if (stillness === "moving") return;
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
    if (this.state.get().status === "playing")
      this.#publish({ status: navigator.onLine || !this.#active.source ? "buffering" : "offline" });
  }

  #prepareNext(positionMs: number): void {
    const leftMs = this.durationMs - positionMs;
    if (leftMs > PRELOAD_BEFORE_END_MS || !this.#quality.hasSounded) return;
    const next = this.#host.next();
    if (!next) return;
    // The current track comes first on a slow link.
    const loaded = this.#active.aheadMs >= leftMs - 500;
    if (this.#leaving) return;
    if (!this.#standby.item && (loaded || leftMs < PRELOAD_BEFORE_END_MS / 4)) {
      this.#standby.stage(next, 0);
      this.#standby.audio.muted = this.#active.audio.muted;
      this.#standby.audio.volume = this.#host.volumeOf(next);
      void this.#standby.attach(this.#sourceOptions(), false);
    }
    if (leftMs <= HANDOVER_WATCH_MS && this.#handoverTimer === 0) this.#watchHandover();
  }

  #watchHandover(): void {
    const leftMs = this.durationMs - this.#active.positionMs - HANDOVER_LEAD_MS;
    this.#handoverTimer = window.setTimeout(
      () => {
        this.#handoverTimer = 0;
        if (!this.state.get().wantsPlay || this.#active.audio.paused) return;
        if (this.durationMs - this.#active.positionMs - HANDOVER_LEAD_MS > 4) this.#watchHandover();
        else this.#handOver();
      },
      Math.max(0, leftMs),
    );
  }

  /** Starts the next track so that its first sample follows the last one of this track. */
  #handOver(): boolean {
    const next = this.#standby;
    if (this.#leaving || !next.source || !next.item || next.item.key !== this.#host.next()?.key) return false;
    const item = next.item;
    this.#sound(next);
    this.#completePlay();
    this.#swap();
    const leaving = this.#standby;
    this.#leaving = leaving;
    setTimeout(() => this.#retire(leaving), LEAVE_MS);
    this.#beginPlay();
    const now = this.#host.now();
    this.#quality.intent(now);
    this.#watchdog.reset(now);
    this.#startedFromMs = 0;
    this.#publish({ status: "loading", delivery: next.source.delivery, bitRateKbps: next.source.bitRateKbps });
    this.#host.handedOver(item);
    this.#tickSoon();
    return true;
  }

  #completePlay(): void {
    const leftMs = this.durationMs - this.#lastTickPositionMs;
    if (leftMs > 0 && leftMs < TICK_MS * 2) this.#host.heard(leftMs);
    this.#finishPlay();
  }

  #stopHandover(): void {
    clearTimeout(this.#handoverTimer);
    this.#handoverTimer = 0;
  }

  #swap(): void {
    this.#stopHandover();
    [this.#active, this.#standby] = [this.#standby, this.#active];
  }

  #reachedEnd(): void {
    if (this.#handOver()) return;
    this.#completePlay();
    this.#beginPlay();
    this.#host.ended();
  }

  #loaded(deck: Deck): void {
    if (deck !== this.#active) return;
    this.#refused = this.#unanswered = 0;
    clearTimeout(this.#recoveryTimer);
    const { status } = this.state.get();
    if (status === "offline" || status === "unreachable")
      this.#publish({ status: this.#quality.hasSounded ? "buffering" : "loading" });
  }

  #linkBack(): void {
    if (this.state.get().wantsPlay) this.#retry();
  }

  #failed(deck: Deck, failure: SourceFailure): void {
    if (deck !== this.#active) {
      deck.detach();
      return;
    }
    const delivery = deck.source?.delivery ?? "progressive";
    const online = navigator.onLine;
    const recovery = recoveryOf(failure, {
      attempts: isUnanswered(failure, online) ? this.#unanswered++ : this.#refused++,
      delivery: this.#progressive || !deck.item?.track.hls_url ? "progressive" : delivery,
      online,
    });
    clearTimeout(this.#recoveryTimer);
    switch (recovery.do) {
      case "use_progressive":
        this.#progressive = true;
        deck.release();
        if (this.state.get().wantsPlay) this.#attachAndRun();
        return;
      case "give_up":
        this.#giveUp(recovery.reason);
        return;
      default:
        // What is already loaded goes on sounding; the state changes when it has run out.
        if (recovery.do === "wait_for_link" && this.state.get().wantsPlay && deck.aheadMs < SOUND_PROOF_MS) {
          this.#quality.stall(this.#host.now());
          this.#publish({ status: online ? "unreachable" : "offline" });
        }
        this.#recoveryTimer = window.setTimeout(() => deck === this.#active && this.#retry(), recovery.afterMs);
    }
  }

  #giveUp(reason: Failure): void {
    this.#skips += 1;
    const skips = this.#skips <= SKIPS_IN_A_ROW && this.#host.next() !== null && this.state.get().wantsPlay;
    this.#finishPlay(reason);
    this.#beginPlay();
    this.#active.audio.pause();
    this.#publish({ status: "failed", wantsPlay: false, failure: { reason, skips } });
    this.#stopTicking();
    if (skips) this.#recoveryTimer = window.setTimeout(() => this.#host.skipFailed(), SKIP_AFTER_MS);
  }
}
