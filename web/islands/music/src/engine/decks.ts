import type { QueueItem } from "../queue/queue";
import { Deck, type DeckEvents } from "./deck";
import type { Source } from "./source";

/** When to begin to load the next track. */
const PRELOAD_BEFORE_END_MS = 20_000;
/** From here on the next track is loaded also where this one has not come whole. */
const PRELOAD_LATEST_MS = 5_000;
/** So close to the end a track counts as loaded whole. */
const LOADED_WITHIN_MS = 500;
/** An element needs about this long from `play()` to sound; measured, see `reference/frontend.md` M14. */
const HANDOVER_LEAD_MS = 30;
/** From here to the end a timer of its own waits for the exact moment. */
const HANDOVER_WATCH_MS = 1_500;
/** Closer than this a timer would only come late. */
const HANDOVER_EXACT_MS = 4;
/** After a handover the last samples of the old track have sounded by then. */
const LEAVE_MS = 400;

/** What follows, ready to sound. */
interface Ready {
  deck: Deck;
  item: QueueItem;
  source: Source;
}

/** The two decks: one sounds, on the other stands what follows, so that its first sample comes right after the last. */
export class Decks {
  #active: Deck;
  #standby: Deck;
  /** The standby deck while its last samples still sound after a handover. */
  #leaving: Deck | null = null;
  #timer = 0;

  constructor(elements: [HTMLAudioElement, HTMLAudioElement], events: DeckEvents) {
    this.#active = new Deck(elements[0], events);
    this.#standby = new Deck(elements[1], events);
  }

  /** The deck that sounds, or would. */
  get active(): Deck {
    return this.#active;
  }

  get both(): [Deck, Deck] {
    return [this.#active, this.#standby];
  }

  /** Puts a track on the active deck, where it stands ready already or anew. */
  load(item: QueueItem, startMs: number): void {
    const { item: next, source } = this.#standby;
    if (startMs === 0 && !this.#leaving && next?.key === item.key && source) this.#swap();
    else this.#active.stage(item, startMs);
    this.#standby.detach();
    this.#leaving = null;
  }

  /** Whether the active track is so close to its end that the next one matters. */
  get isNearEnd(): boolean {
    return this.#leftMs <= PRELOAD_BEFORE_END_MS;
  }

  /** Puts what follows on the standby deck, and returns that to be loaded; null where it must wait or stands there. */
  bringUp(next: QueueItem): Deck | null {
    // The current track comes first on a slow link.
    const loaded = this.#active.aheadMs >= this.#leftMs - LOADED_WITHIN_MS;
    if (this.#leaving || this.#standby.item || !(loaded || this.#leftMs < PRELOAD_LATEST_MS)) return null;
    this.#standby.stage(next, 0);
    this.#standby.audio.muted = this.#active.audio.muted;
    return this.#standby;
  }

  /** Takes off what was brought up and no longer follows. */
  drop(next: QueueItem | null): void {
    if (this.#leaving || !this.#standby.item || this.#standby.item.key === next?.key) return;
    this.stopWatching();
    this.#standby.detach();
  }

  /** Close to the end: calls when the next track has to be played, so that it sounds where this one ends. */
  watchEnd(handOver: () => void): void {
    if (this.#leaving || this.#timer !== 0 || this.#leftMs > HANDOVER_WATCH_MS) return;
    const leftMs = () => this.#leftMs - HANDOVER_LEAD_MS;
    this.#timer = window.setTimeout(
      () => {
        this.#timer = 0;
        if (this.#active.audio.paused) return;
        if (leftMs() > HANDOVER_EXACT_MS) this.watchEnd(handOver);
        else handOver();
      },
      Math.max(0, leftMs()),
    );
  }

  stopWatching(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** What follows, if it is ready to sound. */
  ready(next: QueueItem | null): Ready | null {
    const { item, source } = this.#standby;
    if (this.#leaving || !item || !source || item.key !== next?.key) return null;
    return { deck: this.#standby, item, source };
  }

  /** What follows is the active track now; the one before sounds out. */
  handOver(): void {
    this.#swap();
    const leaving = this.#standby;
    this.#leaving = leaving;
    setTimeout(() => this.retire(leaving), LEAVE_MS);
  }

  /** A deck that has handed over is done once its last samples have sounded. */
  retire(deck: Deck): void {
    if (deck !== this.#leaving) return;
    this.#leaving = null;
    deck.detach();
  }

  get #leftMs(): number {
    return this.#active.endMs - this.#active.positionMs;
  }

  #swap(): void {
    this.stopWatching();
    [this.#active, this.#standby] = [this.#standby, this.#active];
  }
}
