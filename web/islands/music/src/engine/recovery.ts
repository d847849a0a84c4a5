import type { Delivery, Failure } from "@haas/api";
import type { SourceFailure } from "./source";

/** Tries after which a track is given up, when the server answers but cannot deliver. */
export const RETRIES = 3;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;
/** A server that asks for more patience is asked again all the same. */
const LONGEST_PATIENCE_MS = 60_000;
/** How long the notice stands before the next track begins. */
export const SKIP_AFTER_MS = 5_000;
/** Tracks skipped in a row without a sound before the player stops instead. */
export const SKIPS_IN_A_ROW = 3;

export type Recovery =
  /** There is no link: hold the place, ask again every `afterMs`, go on by itself. */
  | { do: "wait_for_link"; afterMs: number }
  | { do: "retry"; afterMs: number }
  /** The adaptive renditions do not work: play the file instead. */
  | { do: "use_progressive" }
  | { do: "give_up"; reason: Failure };

/** Whether nobody answered. That says nothing of the track, so it never counts against it. */
export function isUnanswered(failure: SourceFailure, online: boolean): boolean {
  return failure.kind === "network" && (failure.status === 0 || !online);
}

/**
 * What to do about a failure. `attempts` counts the failures since something last loaded: those without an answer where
 * this one has none, else those with one.
 */
export function recoveryOf(
  failure: SourceFailure,
  { attempts, delivery, online }: { attempts: number; delivery: Delivery; online: boolean },
): Recovery {
  const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
  if (isUnanswered(failure, online)) return { do: "wait_for_link", afterMs: backoffMs };
  if (failure.kind !== "network" && delivery === "hls") return { do: "use_progressive" };
  if (failure.kind === "missing") return { do: "give_up", reason: reasonOfStatus(failure.status) };
  if (failure.kind === "decode") return { do: "give_up", reason: "decode" };
  if (attempts >= RETRIES) return { do: "give_up", reason: "network" };
  return { do: "retry", afterMs: Math.min(LONGEST_PATIENCE_MS, failure.retryAfterMs ?? backoffMs) };
}

function reasonOfStatus(status: number): Failure {
  return status === 401 || status === 403 || status === 451 ? "blocked" : "not_found";
}

/** What failed since something last loaded, and when to try again. */
export class Tries {
  /** Failures that the server answered with, and those without an answer. */
  #refused = 0;
  #unanswered = 0;
  /** Tracks that were given up since one sounded. */
  #givenUp = 0;
  #timer = 0;

  /** One more failure: what to do about it. */
  failed(failure: SourceFailure, conditions: { delivery: Delivery; online: boolean }): Recovery {
    this.cancel();
    const attempts = isUnanswered(failure, conditions.online) ? this.#unanswered++ : this.#refused++;
    return recoveryOf(failure, { attempts, ...conditions });
  }

  /** Something has loaded, or another play begins: the failures before it are over. */
  forget(): void {
    this.#refused = this.#unanswered = 0;
  }

  /** The track is given up: whether the next one may be tried. */
  maySkip(): boolean {
    this.#givenUp += 1;
    return this.#givenUp <= SKIPS_IN_A_ROW;
  }

  /** A track sounds. */
  succeeded(): void {
    this.#givenUp = 0;
  }

  later(run: () => void, afterMs: number): void {
    this.cancel();
    this.#timer = window.setTimeout(run, afterMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}

/** What a playhead that does not move means. */
export type Stillness = "moving" | "buffering" | "stuck";
/** Still for so long while it should play: say so. */
export const BUFFERING_AFTER_MS = 3_000;
/** Still for so long: try another level. */
export const STUCK_AFTER_MS = 10_000;

/** Watches whether the playhead moves, since `playing` fires before it does and nothing fires when it stops. */
export class Watchdog {
  #positionMs = -1;
  #movedAtMs = 0;

  /** Begins anew: after a start, a seek or another try. */
  reset(nowMs: number): void {
    this.#positionMs = -1;
    this.#movedAtMs = nowMs;
  }

  observe(positionMs: number, nowMs: number): Stillness {
    if (positionMs !== this.#positionMs) {
      this.#positionMs = positionMs;
      this.#movedAtMs = nowMs;
      return "moving";
    }
    const stillMs = nowMs - this.#movedAtMs;
    if (stillMs >= STUCK_AFTER_MS) return "stuck";
    return stillMs >= BUFFERING_AFTER_MS ? "buffering" : "moving";
  }
}
