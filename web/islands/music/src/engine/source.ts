import type { Delivery } from "@haas/api";
import type { Track } from "../track";
import type { Beginnings } from "./beginnings";
import type { Quality, Throughput } from "./start-level";

/**
 * Why a source cannot go on. `status` is the HTTP status, 0 when there was no answer at all; `retryAfterMs` is when the
 * server wants to be asked again.
 */
export type SourceFailure =
  | { kind: "network"; status: number; retryAfterMs?: number | null }
  | { kind: "missing"; status: number }
  | { kind: "decode" };

/** What a source tells the deck that owns it. */
export interface SourceEvents {
  failed(failure: SourceFailure): void;
  /** Data came: a failure before this one is over. */
  loaded(): void;
  bitRateChanged(kbps: number | null): void;
}

/** How to begin. */
export interface SourceOptions {
  track: Track;
  startMs: number;
  quality: Quality;
  isMetered: boolean;
  throughput: Throughput | null;
  sessionId: string;
  /** What was fetched before it was asked for. */
  beginnings: Beginnings;
  nowMs: number;
}

/** One track attached to one media element. */
export interface Source {
  readonly delivery: Delivery;
  /** What sounds now; null for the original file. */
  readonly bitRateKbps: 64 | 128 | 256 | null;
  /** Takes effect at the next segment. */
  setQuality(quality: Quality): void;
  /** Goes one level down where there is one; used when nothing moves. As after `retry`, the element may stand paused. */
  lowerLevel(): void;
  /** The buffer ran dry (told to the server with the next request). */
  starved(): void;
  /** Measured throughput in bits per second, or null before there is one. */
  throughputBps(): number | null;
  /** Tries to load again where the playhead stands. An element that loads anew stands paused: whoever asks plays it. */
  retry(): void;
  destroy(): void;
}

/** Tells an answer that will not change by asking again from one that may. */
export function failureOfStatus(status: number, retryAfterMs: number | null = null): SourceFailure {
  const final = status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  return final ? { kind: "missing", status } : { kind: "network", status, retryAfterMs };
}
