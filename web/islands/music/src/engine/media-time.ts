/** A step of the playhead longer than the wall clock allows, by more than this, is a seek and not listening. */
const STEP_SLACK_MS = 400;

/** Tells media time really played. Seeking, waiting and pausing count nothing. */
export class MediaTimeMeter {
  #last: { positionMs: number; nowMs: number } | null = null;

  /** Takes the playhead's place while it runs. Returns how much was played since the last call. */
  observe(positionMs: number, nowMs: number): number {
    const last = this.#last;
    this.#last = { positionMs, nowMs };
    if (!last) return 0;
    const step = positionMs - last.positionMs;
    return step <= 0 || step > nowMs - last.nowMs + STEP_SLACK_MS ? 0 : step;
  }

  /** The playhead stops or jumps: the next `observe` begins anew. */
  interrupt(): void {
    this.#last = null;
  }
}
