import { get, type Track as TrackDetail } from "@haas/api";
import { isMetered, saveData } from "./connection";
import type { EngineHost } from "./engine/contract";
import { Engine } from "./engine/engine";
import { pageLinkSpeed } from "./engine/link-speed";
import { elementVolume } from "./engine/loudness";
import { knownThroughput, type Throughput } from "./engine/start-level";
import { newId } from "./ids";
import { whenIdle } from "./page/idle";
import { Plays } from "./plays/plays";
import {
  createQueueReducer,
  peekNext,
  type QueueAction,
  type QueueItem,
  type QueueSource,
  type QueueState,
} from "./queue/queue";
import { packQueue, unpackQueue } from "./queue/stored-queue";
import { createSettings } from "./settings";
import { SleepTimer } from "./sleep-timer";
import { readStored, writeStored } from "./storage";
import { createStore } from "./store";
import { Tabs } from "./tabs";
import { lengthOf, type Track } from "./track";

/** "Previous" goes to the start of the track when more than this has played. */
const RESTART_AFTER_MS = 3_000;
/** What is not music waits no longer than this for the music. */
const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 250;
const SAVE_QUEUE_AFTER_MS = 300;
const SAVE_POSITION_EVERY_MS = 1_000;
/** Tracks whose details are kept; the oldest go first. */
export const DETAILS_LIMIT_TRACKS = 50;

/** The queue, the engine and what belongs to both: reports, storage, the other tabs. */
export class Player {
  readonly queue = createStore<QueueState>(unpackQueue(readStored("queue")));
  readonly settings = createSettings();
  /** Whether another tab took the sound from this one. */
  readonly elsewhere = createStore({ playing: false });
  /** What the server says of tracks beyond what a row carries, and for which of them it could not be asked last. */
  readonly details = createStore<{ tracks: Record<string, TrackDetail>; failed: string | null }>({
    tracks: {},
    failed: null,
  });
  /** Counts jumps of the playhead, for those who show where it is. */
  readonly moved = createStore({ count: 0 });
  readonly engine: Engine;
  readonly sleep: SleepTimer;
  readonly #reduce = createQueueReducer({ random: Math.random, newKey: newId });
  readonly #plays = new Plays();
  readonly #tabs: Tabs;
  /** Tracks whose details are on their way. */
  readonly #asked = new Set<string>();
  #mediaSession: Promise<void> | null = null;
  #pageBps: number | null = null;
  /** The place in the queue whose play has begun. */
  #begunKey: string | null = null;
  #saveTimer = 0;
  #savedPositionAtMs = 0;

  constructor(elements: [HTMLAudioElement, HTMLAudioElement]) {
    this.engine = new Engine(elements, newId(), this.#host());
    this.sleep = new SleepTimer(
      (factor) => this.engine.applyVolume(this.settings.get().muted, factor),
      () => this.pause(),
    );
    this.#tabs = new Tabs((otherSounds) => {
      const { wantsPlay } = this.engine.state.get();
      if (otherSounds && wantsPlay) this.pause();
      if (wantsPlay || !otherSounds) this.elsewhere.set({ playing: otherSounds });
    });
    this.#tellWhenStopped();
    this.settings.subscribe(() => this.engine.applyVolume(this.settings.get().muted));
    // "Stop after this track" means that nothing is next.
    this.sleep.state.subscribe(() => this.engine.nextChanged());
    this.queue.subscribe(() => this.#saveSoon());
    this.engine.applyVolume(this.settings.get().muted);
    this.#restore();
    addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.#plays.checkpoint());
    if (readStored("plays")) this.#plays.tell();
  }

  /** Plays a list from one of its tracks; `start` null begins at the top, or anywhere when shuffled. */
  playSource(source: QueueSource, tracks: Track[], start: number | null, startMs = 0): void {
    if (tracks.length === 0) return;
    this.dispatch({ type: "play_source", source, tracks, start });
    this.#startCurrent(startMs);
  }

  /** Starts or goes on. */
  play(): void {
    if (!this.queue.get().current) return;
    this.elsewhere.set({ playing: false });
    this.#tabs.tell("playing");
    this.dispatch({ type: "rewind" });
    this.engine.play();
  }

  pause(): void {
    this.engine.pause();
    this.#plays.checkpoint();
    this.#savePosition();
  }

  toggle(): void {
    if (this.engine.state.get().wantsPlay) this.pause();
    else this.play();
  }

  next(): void {
    this.dispatch({ type: "advance", by: "listener" });
    this.#afterAdvance();
  }

  previous(): void {
    if (this.engine.positionMs > RESTART_AFTER_MS || this.queue.get().past.length === 0) {
      this.seek(0);
      return;
    }
    this.dispatch({ type: "previous" });
    this.#startCurrent(0);
  }

  /** Plays a place of the queue. */
  jump(key: string): void {
    this.dispatch({ type: "jump", key });
    this.#startCurrent(0);
  }

  seek(positionMs: number): void {
    this.engine.seek(positionMs);
    this.#savePosition();
    this.moved.set(({ count }) => ({ count: count + 1 }));
  }

  seekBy(deltaMs: number): void {
    this.seek(this.engine.positionMs + deltaMs);
  }

  setVolume(volume: number): void {
    this.settings.set({ volume: Math.min(1, Math.max(0, Math.round(volume * 100) / 100)), muted: false });
  }

  dispatch(action: QueueAction): void {
    this.edit((state) => this.#reduce(state, action));
  }

  /** Changes the queue; what was loaded as next may no longer be next. */
  edit(change: (state: QueueState) => QueueState): void {
    this.queue.set(change);
    this.engine.nextChanged();
  }

  setQuality(quality: ReturnType<typeof this.settings.get>["quality"]): void {
    this.settings.set({ quality });
    this.engine.applyQuality();
  }

  /** Asks the server for what a row does not carry; the answer comes in `details`. */
  async loadDetails(id: string): Promise<void> {
    if (this.details.get().tracks[id] || this.#asked.has(id)) return;
    this.#asked.add(id);
    this.details.set({ failed: null });
    const detail = await get("/api/music/v1/tracks/{id}", { path: { id } }).catch(() => null);
    this.#asked.delete(id);
    if (!detail) return this.details.set({ failed: id });
    const all = Object.entries({ ...this.details.get().tracks, [id]: detail });
    this.details.set({ tracks: Object.fromEntries(all.slice(-DETAILS_LIMIT_TRACKS)) });
  }

  /** The other tabs hear that this one stops, whatever stopped it, but for another tab. */
  #tellWhenStopped(): void {
    let sounded = false;
    const look = () => {
      const { wantsPlay, failure } = this.engine.state.get();
      // After a broken track it goes on by itself.
      const sounds = wantsPlay || failure?.skips === true;
      if (sounded && !sounds && !this.elsewhere.get().playing) this.#tabs.tell("stopped");
      sounded = sounds;
    };
    // From one track to another the engine stops and starts within one turn.
    this.engine.state.subscribe(() => queueMicrotask(look));
  }

  #host(): EngineHost {
    return {
      next: () => (this.sleep.state.get().sleep.kind === "track_end" ? null : peekNext(this.queue.get())),
      handedOver: () => {
        this.#trackOver();
        this.dispatch({ type: "advance", by: "end" });
      },
      ended: () => {
        this.#trackOver();
        this.dispatch({ type: "advance", by: "end" });
        const sleeping = this.sleep.state.get().sleep.kind === "track_end";
        if (sleeping) this.sleep.set(null);
        this.#afterAdvance(!sleeping);
      },
      skipFailed: () => this.next(),
      sounded: (item) => {
        if (this.#begunKey !== item.key) this.#plays.begin(item.track.id);
        this.#begunKey = item.key;
        this.#sounded(item);
      },
      heard: (stepMs) => {
        this.#plays.heard(stepMs);
        if (Date.now() - this.#savedPositionAtMs >= SAVE_POSITION_EVERY_MS) this.#savePosition();
      },
      summed: (summary) => this.#plays.sum(summary),
      renditionsOf: ({ id }) => {
        const known = [this.queue.get().current?.track, this.details.get().tracks[id]];
        return known.find((track) => track?.id === id && track.hls_url)?.hls_url ?? null;
      },
      throughput: () => this.#throughput(),
      measured: (bps) => writeStored("throughput", { bps: Math.round(bps), at_ms: Date.now() }),
      volumeOf: (item) => this.#volumeOf(item),
      quality: () => this.settings.get().quality,
      saveData,
      isMetered,
      now: () => performance.now(),
    };
  }

  /** The last session's throughput; on a first visit that of the page itself, the same one all along. */
  #throughput(): Throughput | null {
    const nowMs = Date.now();
    const throughput = readStored<Throughput>("throughput");
    if (knownThroughput({ throughput, nowMs }) !== null) return throughput;
    const bps = (this.#pageBps ??= pageLinkSpeed());
    return bps === null ? null : { bps, at_ms: nowMs };
  }

  #volumeOf({ track }: QueueItem): number {
    const { volume, levelling } = this.settings.get();
    const { source, shuffled } = this.queue.get();
    const album = source?.id.startsWith("album:") === true && !shuffled;
    return elementVolume(volume, levelling ? (album ? "album" : "track") : "off", track);
  }

  /** A play has begun to sound. On a slow link the music comes before anything else that wants to be loaded. */
  #sounded(item: QueueItem, waitedMs = 0): void {
    if (this.engine.item?.key !== item.key) return;
    if (!this.engine.sparesLink && waitedMs < PATIENCE_MS) {
      setTimeout(() => this.#sounded(item, waitedMs + LOOK_AGAIN_MS), LOOK_AGAIN_MS);
      return;
    }
    this.#plays.tell();
    void this.loadDetails(item.track.id);
    this.#mediaSession ??= import("./media-session").then(({ attachMediaSession }) => attachMediaSession(this));
    this.#mediaSession.catch(() => {
      this.#mediaSession = null;
    });
  }

  #trackOver(): void {
    this.#begunKey = null;
    this.#plays.end();
  }

  #afterAdvance(play = true): void {
    const { current, finished } = this.queue.get();
    if (!current) return;
    if (play && !finished) {
      this.#startCurrent(0);
      return;
    }
    this.#trackOver();
    this.engine.load(current);
  }

  #startCurrent(startMs: number): void {
    const { current } = this.queue.get();
    if (!current) return;
    this.#trackOver();
    this.engine.load(current, startMs);
    this.play();
  }

  #restore(): void {
    const { current } = this.queue.get();
    if (!current) return;
    const stored = readStored<{ key: string; position_ms: number }>("position");
    const positionMs = stored?.key === current.key && stored.position_ms > 0 ? stored.position_ms : 0;
    this.engine.load(current, Math.min(positionMs, Math.max(0, lengthOf(current.track) - 1_000)));
    if (saveData()) return;
    whenIdle(() => {
      // What plays gets its own in time, when the link has room.
      if (this.engine.state.get().wantsPlay) return;
      // For its waveform.
      void this.loadDetails(current.track.id);
      import("./renew").then(({ renewQueue }) => renewQueue(this)).catch(() => {});
    });
  }

  #leave(): void {
    if (this.engine.state.get().wantsPlay) this.#tabs.tell("stopped");
    this.engine.flush();
    this.#plays.checkpoint();
    this.#saveQueue();
    this.#savePosition();
  }

  #saveSoon(): void {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = window.setTimeout(() => this.#saveQueue(), SAVE_QUEUE_AFTER_MS);
  }

  #saveQueue(): void {
    clearTimeout(this.#saveTimer);
    writeStored("queue", packQueue(this.queue.get()));
  }

  #savePosition(): void {
    const { item, positionMs } = this.engine;
    this.#savedPositionAtMs = Date.now();
    if (item) writeStored("position", { key: item.key, position_ms: Math.round(positionMs) });
  }
}
