import { readStored, writeStored } from "../storage";

/** A play the server may not know everything of yet. Stored, so that neither a crash nor a lost link loses it. */
export interface PlayRecord {
  key: string;
  track_id: string;
  /** Null until the server has answered the start. */
  server: { id: string; play_token: string; opened_at_ms: number } | null;
  heard_ms: number;
  /** What the server has confirmed. */
  confirmed_ms: number;
  ended: boolean;
  touched_at_ms: number;
  failures: number;
  retry_at_ms: number;
}

/** Most plays that wait; the oldest go first when a link is away for days. */
export const OUTBOX_LIMIT_PLAYS = 100;
/** The server would no longer take the token of an older play. */
export const OUTBOX_LIFE_MS = 24 * 3_600_000;
const STORED = "plays";

/** A fresh record for a play that begins now. */
export function openRecord(key: string, trackId: string, nowMs: number): PlayRecord {
  return {
    key,
    track_id: trackId,
    server: null,
    heard_ms: 0,
    confirmed_ms: 0,
    ended: false,
    touched_at_ms: nowMs,
    failures: 0,
    retry_at_ms: nowMs,
  };
}

/** The plays that wait on this device. */
export function storedPlays(nowMs: number): PlayRecord[] {
  const records = readStored<PlayRecord[]>(STORED);
  return Array.isArray(records) ? prune(records, nowMs) : [];
}

/** Lets these plays wait on this device. */
export function storePlays(records: PlayRecord[], nowMs: number): void {
  writeStored(STORED, prune(records, nowMs));
}

/** Drops what is too old, too much, or no record at all: anything may stand in what was stored. */
export function prune(records: (PlayRecord | null)[], nowMs: number): PlayRecord[] {
  return records
    .filter((record): record is PlayRecord => isRecord(record) && nowMs - record.touched_at_ms < OUTBOX_LIFE_MS)
    .slice(-OUTBOX_LIMIT_PLAYS);
}

function isRecord(value: PlayRecord | null): value is PlayRecord {
  return typeof value?.key === "string" && typeof value.track_id === "string" && typeof value.heard_ms === "number";
}
