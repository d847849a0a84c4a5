import { cmcdRequest } from "./cmcd";
import { type ByteRange, levelOf, readLevels, readStart } from "./playlists";

/** An answer that was asked for before the player asked, and how long it took. */
export interface Fetched {
  url: string;
  data: ArrayBuffer | string;
  firstByteMs: number;
  tookMs: number;
}

/** How many tracks' beginnings are kept; each is at most a first segment of 64 KB. */
const KEPT_TRACKS = 8;
/** After that the server may have made other renditions. */
const KEPT_MS = 5 * 60_000;
/** An answer that takes longer is asked for again by the player, which knows about retries. */
const PATIENCE_MS = 20_000;

/**
 * The beginnings of tracks that are likely to be played next: playlists, init segment and first segment. Fetched at the
 * first sign of an intent, handed over when hls.js asks. Init and first segment lie side by side: one request brings both.
 */
export class Beginnings {
  readonly #sessionId: string;
  readonly #kept = new Map<string, Beginning>();
  #latest: Beginning | null = null;

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  /** Begins to fetch. Only the latest wish counts: what is on its way for another track and not used gives way. */
  prepare(url: string, kbps: number, withSound: boolean): void {
    const key = absolute(url);
    let beginning = this.#kept.get(key);
    if (!beginning?.fits(kbps)) {
      beginning = new Beginning(key, kbps, this.#sessionId);
      this.#kept.delete(key);
      this.#kept.set(key, beginning);
      for (const oldest of [...this.#kept.keys()].slice(0, -KEPT_TRACKS)) this.#drop(oldest);
    }
    if (this.#latest !== beginning) this.#latest?.giveWay();
    this.#latest = beginning;
    if (withSound) beginning.fetchSound();
  }

  /** The answer to a request of the player, when it is there or on its way. */
  take(url: string, range: { start: number; end: number } | null): Promise<Fetched> | null {
    const key = keyOf(absolute(url), range);
    for (const beginning of this.#kept.values()) {
      const part = beginning.take(key);
      if (part) return part;
    }
    return null;
  }

  #drop(key: string): void {
    this.#kept.get(key)?.giveWay();
    this.#kept.delete(key);
  }
}

class Beginning {
  readonly #kbps: number;
  readonly #sessionId: string;
  readonly #madeAtMs = performance.now();
  readonly #stop = new AbortController();
  readonly #parts = new Map<string, Promise<Fetched>>();
  #soundWanted = false;
  /** Asks for the sound; there once the playlists have said where it is. */
  #askForSound: (() => void) | null = null;
  #used = false;
  #failed = false;

  constructor(url: string, kbps: number, sessionId: string) {
    this.#kbps = kbps;
    this.#sessionId = sessionId;
    this.#fetchPlaylists(url).catch(() => {
      this.#failed = true;
    });
  }

  /** Whether it can still be used for a play that starts with this bit rate. */
  fits(kbps: number): boolean {
    return this.#kbps === kbps && !this.#failed && this.#isYoung();
  }

  fetchSound(): void {
    this.#soundWanted = true;
    this.#askForSound?.();
  }

  take(key: string): Promise<Fetched> | null {
    const part = this.#isYoung() ? this.#parts.get(key) : undefined;
    if (!part) return null;
    this.#used = true;
    return part;
  }

  /** Something else is wanted now. */
  giveWay(): void {
    if (!this.#used) this.#stop.abort();
  }

  #isYoung(): boolean {
    return performance.now() - this.#madeAtMs < KEPT_MS;
  }

  async #fetchPlaylists(url: string): Promise<void> {
    const main = await this.#keep(keyOf(url, null), this.#fetch(url, {}, "text"));
    const levels = readLevels(String(main.data), main.url);
    const row = levelOf(levels, this.#kbps);
    if (!row) return;
    const level = await this.#keep(keyOf(row.url, null), this.#fetch(row.url, {}, "text"));
    const start = readStart(String(level.data), level.url);
    if (!start || start.init.url !== start.first.url || start.init.end !== start.first.start) return;
    const facts = {
      br: row.bitsPerSecond / 1_000,
      tb: Math.max(...levels.map(({ bitsPerSecond }) => bitsPerSecond)) / 1_000,
      d: start.seconds * 1_000,
      ot: "a",
      sf: "h",
      sid: this.#sessionId,
      su: true,
    } as const;
    this.#askForSound = () => {
      this.#askForSound = null;
      const request = cmcdRequest(start.init.url, facts);
      const range = { range: `bytes=${start.init.start}-${start.first.end - 1}` };
      const both = this.#fetch(request.url, { ...request.headers, ...range }, "arrayBuffer");
      for (const part of [start.init, start.first])
        this.#keep(
          keyOf(part.url, part),
          both.then((whole) => cut(whole, start.init.start, part)),
        );
    };
    // Before the player's own question for it, which follows within this task.
    if (this.#soundWanted) this.#askForSound();
  }

  /** What fails is forgotten, so that the player asks for it itself. */
  #keep(key: string, part: Promise<Fetched>): Promise<Fetched> {
    this.#parts.set(key, part);
    part.catch(() => {
      this.#failed = true;
      this.#parts.delete(key);
    });
    return part;
  }

  async #fetch(url: string, headers: Record<string, string>, as: "text" | "arrayBuffer"): Promise<Fetched> {
    const from = performance.now();
    const timer = setTimeout(() => this.#stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(url, { headers, signal: this.#stop.signal });
      const firstByteMs = performance.now() - from;
      if (answer.status !== (headers.range ? 206 : 200)) throw new Error(`${answer.status} for ${url}`);
      const data = await answer[as]();
      return { url: answer.url, data, firstByteMs, tookMs: performance.now() - from };
    } finally {
      clearTimeout(timer);
    }
  }
}

function cut(whole: Fetched, from: number, part: ByteRange): Fetched {
  const data = (whole.data as ArrayBuffer).slice(part.start - from, part.end - from);
  if (data.byteLength !== part.end - part.start) throw new Error(`${part.url} is shorter than its playlist says`);
  return { ...whole, data };
}

function absolute(url: string): string {
  return new URL(url, location.href).href;
}

function keyOf(url: string, range: { start: number; end: number } | null): string {
  return range ? `${url} ${range.start}-${range.end}` : url;
}
