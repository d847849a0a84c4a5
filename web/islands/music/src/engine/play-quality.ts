import type { Delivery, Failure, PlaybackSummary } from "@haas/api";

/** Notes start-up, stalls and bit rates of one play. */
export class PlayQuality {
  #intentAtMs: number | null = null;
  #startUpMs: number | null = null;
  #stalledAtMs: number | null = null;
  #stallCount = 0;
  #stallMs = 0;
  #bitRateMs = { "64": 0, "128": 0, "256": 0, original: 0 };

  /** The listener asked for sound. Waiting that the listener ended by pausing is no start-up. */
  intent(nowMs: number): void {
    this.#intentAtMs ??= nowMs;
  }

  /** The listener paused: neither start-up nor a stall goes on. */
  pause(nowMs: number): void {
    if (this.#startUpMs === null) this.#intentAtMs = null;
    this.resume(nowMs);
  }

  get hasSounded(): boolean {
    return this.#startUpMs !== null;
  }

  firstSound(nowMs: number): void {
    this.#startUpMs ??= Math.round(nowMs - (this.#intentAtMs ?? nowMs));
  }

  /** The sound stopped without being asked to. */
  stall(nowMs: number): void {
    if (!this.hasSounded || this.#stalledAtMs !== null) return;
    this.#stalledAtMs = nowMs;
    this.#stallCount += 1;
  }

  resume(nowMs: number): void {
    if (this.#stalledAtMs === null) return;
    this.#stallMs += nowMs - this.#stalledAtMs;
    this.#stalledAtMs = null;
  }

  played(stepMs: number, bitRateKbps: 64 | 128 | 256 | null): void {
    this.#bitRateMs[bitRateKbps ?? "original"] += stepMs;
  }

  /** The summary, or null when nobody ever asked for sound. */
  summary(delivery: Delivery, failure: Failure | null, nowMs: number): PlaybackSummary | null {
    this.resume(nowMs);
    if (this.#intentAtMs === null && !this.hasSounded) return null;
    const rates = this.#bitRateMs;
    const rounded = {
      "64": Math.round(rates["64"]),
      "128": Math.round(rates["128"]),
      "256": Math.round(rates["256"]),
      original: Math.round(rates.original),
    };
    return {
      delivery,
      start_up_ms: this.#startUpMs,
      played_ms: rounded["64"] + rounded["128"] + rounded["256"] + rounded.original,
      stall_count: this.#stallCount,
      stall_ms: Math.round(this.#stallMs),
      bit_rate_ms: rounded,
      failure,
    };
  }
}
