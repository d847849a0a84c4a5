// What the engine shows of itself, and what it asks of whoever runs it.
import type { Delivery, Failure, PlaybackSummary } from "@haas/api";
import type { QueueItem } from "../queue/queue";
import type { Track } from "../track";
import type { Quality, Throughput } from "./start-level";

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
  /**
   * Where the renditions stand of a track that had none when it was shown or kept; null where none are known. Nobody is
   * asked for them: sound that begins after the click it belongs to may be refused.
   */
  renditionsOf(track: Track): string | null;
  throughput(): Throughput | null;
  measured(bps: number): void;
  volumeOf(item: QueueItem): number;
  quality(): Quality;
  /** Nothing is to be fetched that may not be needed. */
  saveData(): boolean;
  /** The low quality is enough. */
  isMetered(): boolean;
  now(): number;
}
