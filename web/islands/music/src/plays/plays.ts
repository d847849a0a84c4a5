import type { PlaybackSummary } from "@haas/api";
import { newId } from "../ids";
import { openRecord, storedPlays, storePlays } from "./outbox";
import type { PlayReporter } from "./reporter";

/** A play that is over has waited so long for the link to have room; also the pause where the reporter did not come. */
const TELL_AFTER_MS = 5_000;
/** Plays that are kept while the reporter does not come; the oldest go first. */
export const UNTOLD_LIMIT_PLAYS = 100;

interface Untold {
  /** What is stored and what is told later under one key is one play. */
  key: string;
  trackId: string;
  heardMs: number;
  ended: boolean;
}

/** What was played in this visit. The reporter is loaded when there is room for it; until then plays are kept here. */
export class Plays {
  #untold: Untold[] = [];
  #reporter: PlayReporter | null = null;
  #api: typeof import("./api") | null = null;
  #loading = false;

  /** A play has begun to sound. Nothing is loaded for it yet. */
  begin(trackId: string): void {
    this.#untold = [...this.#untold, { key: newId(), trackId, heardMs: 0, ended: false }].slice(-UNTOLD_LIMIT_PLAYS);
  }

  /** More of the current play was heard. */
  heard(stepMs: number): void {
    const play = this.#sounding();
    if (play) play.heardMs += stepMs;
    else this.#reporter?.heard(stepMs);
  }

  /** The current play is over. */
  end(): void {
    const play = this.#sounding();
    if (play) {
      play.ended = true;
      setTimeout(() => this.tell(), TELL_AFTER_MS);
    } else this.#reporter?.end();
  }

  /** There is room for it: tells everything, now and from now on. */
  tell(): void {
    if (!this.#reporter) {
      this.#load();
      return;
    }
    for (const { key, trackId, heardMs, ended } of this.#untold) {
      this.#reporter.begin(key, trackId, heardMs);
      if (ended) this.#reporter.end();
    }
    this.#untold = [];
  }

  /** Stores and sends what was heard so far, as when the page goes away. */
  checkpoint(): void {
    if (this.#reporter) this.tell();
    else this.#keep();
    this.#reporter?.checkpoint();
  }

  /** Tells what a play was like. At once where the module is there: when the page goes away nothing later would run. */
  sum(summary: PlaybackSummary): void {
    if (this.#api) this.#api.sendSummary(summary);
    else void import("./api").then(({ sendSummary }) => sendSummary(summary)).catch(() => {});
  }

  #sounding(): Untold | undefined {
    const last = this.#untold.at(-1);
    return last?.ended === false ? last : undefined;
  }

  /** Stores what nobody could be told yet: the reporter of the next page finds it, if this one never gets its own. */
  #keep(): void {
    if (this.#untold.length === 0) return;
    const nowMs = Date.now();
    const stored = storedPlays(nowMs);
    // The reporter of another page may have begun to tell of it: what it has learned stays.
    const known = (key: string) => stored.find((record) => record.key === key);
    const kept = this.#untold.map(({ key, trackId, heardMs, ended }) => ({
      ...(known(key) ?? openRecord(key, trackId, nowMs)),
      touched_at_ms: nowMs,
      heard_ms: heardMs,
      ended,
    }));
    const others = stored.filter((record) => !kept.some(({ key }) => key === record.key));
    storePlays([...others, ...kept], nowMs);
  }

  #load(): void {
    if (this.#loading) return;
    this.#loading = true;
    Promise.all([import("./reporter"), import("./api")]).then(
      ([{ PlayReporter }, api]) => {
        this.#api = api;
        this.#reporter = new PlayReporter(api.playsApi, () => Date.now());
        this.tell();
        // Plays of an earlier visit may wait too.
        void this.#reporter.flush();
      },
      () => {
        this.#loading = false;
        setTimeout(() => this.tell(), TELL_AFTER_MS);
      },
    );
  }
}
