/** A step of the playhead longer than the wall clock allows, by more than this, is a seek and not listening. */
const STEP_SLACK_MS = 400;

/** Adds up media time really played. Seeking, waiting and pausing add nothing. */
export class MediaTimeMeter {
  #playedMs: number;
  #last: { positionMs: number; nowMs: number } | null = null;

  /** Goes on from what was played before a reload. */
  constructor(playedMs = 0) {
    this.#playedMs = playedMs;
  }

  /** Media time played so far. */
  get playedMs(): number {
    return Math.round(this.#playedMs);
  }

  /** Takes the playhead's place while it runs. Returns how much was played since the last call. */
  observe(positionMs: number, nowMs: number): number {
    const last = this.#last;
    this.#last = { positionMs, nowMs };
    if (!last) return 0;
    const step = positionMs - last.positionMs;
    if (step <= 0 || step > nowMs - last.nowMs + STEP_SLACK_MS) return 0;
    this.#playedMs += step;
    return step;
  }

  /** The playhead stops or jumps: the next `observe` begins anew. */
  interrupt(): void {
    this.#last = null;
  }
}
