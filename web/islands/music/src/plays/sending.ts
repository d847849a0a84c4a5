import type { PlayRecord } from "./outbox";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

/** The key that the server gets to know. It refuses what is no UUID, and anything may stand in what was stored. */
export function sentKey({ key }: PlayRecord): string | null {
  return UUID.test(key) ? key : null;
}

/** What to send for a record now: open it, report it, or nothing yet (with the time to look again). */
export function nextStep(record: PlayRecord, nowMs: number): { send: "open" | "report" } | { waitMs: number } | null {
  if (record.retry_at_ms > nowMs) return { waitMs: record.retry_at_ms - nowMs };
  if (!record.server) return record.ended && record.heard_ms === 0 ? null : { send: "open" };
  if (!record.ended && record.heard_ms <= record.confirmed_ms) return null;
  // The server refuses a report that claims more than the wall time since it opened the play.
  const earlyMs = record.server.opened_at_ms + record.heard_ms - nowMs;
  return earlyMs > 0 ? { waitMs: earlyMs } : { send: "report" };
}

/** What a failure that another try may mend changes of the record; all else may have changed while it was in flight. */
export function afterFailure(
  record: PlayRecord,
  nowMs: number,
  retryAfterMs: number | null,
): Pick<PlayRecord, "failures" | "retry_at_ms"> {
  const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** record.failures);
  return { failures: record.failures + 1, retry_at_ms: nowMs + (retryAfterMs ?? backoff) };
}

/** Whether an answer means "ask again later" rather than "no". 0 stands for no answer at all. */
export function isPassing(status: number): boolean {
  return status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
}
