import type { Play, ReportedPlay, ReportPlay, Sent } from "@haas/api";
import { openRecord, type PlayRecord, storedPlays, storePlays } from "./outbox";
import { afterFailure, isPassing, nextStep, sentKey } from "./sending";

/** The two calls the reporter makes. */
export interface PlaysApi {
  /** The same key and track are the same play: a start whose answer is lost can be sent again. */
  open(trackId: string, key: string | null): Promise<Sent<Play>>;
  report(id: string, report: ReportPlay): Promise<Sent<ReportedPlay>>;
}

const DEFAULT_REPORT_EVERY_MS = 30_000;
/** Several tabs share the stored plays; only one sends at a time. */
const LOCK = "haas.music.plays";

/** Tells the server what was heard. Everything is stored before it is sent, and sent again until it is answered. */
export class PlayReporter {
  readonly #api: PlaysApi;
  readonly #now: () => number;
  #current: PlayRecord | null = null;
  #reportEveryMs = DEFAULT_REPORT_EVERY_MS;
  #timer = 0;
  #sending = false;
  /** Something to send has come since the sending began. */
  #asked = false;

  constructor(api: PlaysApi, now: () => number) {
    this.#api = api;
    this.#now = now;
    addEventListener("online", () => this.#hurry());
  }

  /** A play sounds, and so much of it has been heard already. What is stored under its key is the same play. */
  begin(key: string, trackId: string, heardMs = 0): void {
    this.end();
    this.#current = { ...openRecord(key, trackId, this.#now()), heard_ms: heardMs };
    this.#save(this.#current);
    void this.flush();
  }

  /** More of the current play was heard. */
  heard(stepMs: number): void {
    const record = this.#current;
    if (!record) return;
    const before = Math.floor(record.heard_ms / this.#reportEveryMs);
    record.heard_ms += stepMs;
    if (Math.floor(record.heard_ms / this.#reportEveryMs) === before) return;
    this.#save(record);
    void this.flush();
  }

  /** Stores and sends what was heard so far, as when the page goes away. */
  checkpoint(): void {
    if (!this.#current) return;
    this.#save(this.#current);
    void this.flush();
  }

  /** The current play is over. */
  end(): void {
    const record = this.#current;
    this.#current = null;
    if (!record) return;
    this.#save({ ...record, ended: true });
    void this.flush();
  }

  /** Sends what can be sent now and plans the rest. */
  async flush(): Promise<void> {
    this.#asked = true;
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#asked) {
        this.#asked = false;
        if (navigator.locks) await navigator.locks.request(LOCK, () => this.#sendAll());
        else await this.#sendAll();
      }
    } finally {
      this.#sending = false;
    }
  }

  async #sendAll(): Promise<void> {
    let waitMs = Number.POSITIVE_INFINITY;
    for (const { key } of this.#stored()) waitMs = Math.min(waitMs, await this.#send(key));
    if (Number.isFinite(waitMs)) this.#plan(waitMs);
  }

  /** Brings one record as far as it goes now; returns when to look at it again. */
  async #send(key: string): Promise<number> {
    for (;;) {
      const record = this.#stored().find((stored) => stored.key === key);
      const step = record && nextStep(record, this.#now());
      if (!record || !step) {
        if (record?.ended) this.#forget(key);
        return Number.POSITIVE_INFINITY;
      }
      if ("waitMs" in step) return step.waitMs;
      const goOn = step.send === "open" ? await this.#open(record) : await this.#report(record);
      if (!goOn) return Math.max(0, (this.#find(key)?.retry_at_ms ?? this.#now()) - this.#now());
    }
  }

  async #open(record: PlayRecord): Promise<boolean> {
    const answer = await this.#api.open(record.track_id, sentKey(record));
    if (!answer.body) return this.#unanswered(record, answer);
    this.#reportEveryMs = answer.body.report_every_ms || DEFAULT_REPORT_EVERY_MS;
    const { id, play_token } = answer.body;
    this.#change(record.key, { server: { id, play_token, opened_at_ms: this.#now() }, failures: 0 });
    return true;
  }

  async #report(record: PlayRecord): Promise<boolean> {
    const { server, heard_ms, ended } = record;
    if (!server) return false;
    const answer = await this.#api.report(server.id, {
      play_token: server.play_token,
      heard_ms: Math.round(heard_ms),
      ended,
    });
    if (answer.status < 200 || answer.status >= 300) return this.#unanswered(record, answer);
    if (ended) this.#forget(record.key);
    else this.#change(record.key, { confirmed_ms: heard_ms, failures: 0 });
    return !ended;
  }

  #unanswered(record: PlayRecord, answer: Sent<unknown>): false {
    if (isPassing(answer.status)) this.#change(record.key, afterFailure(record, this.#now(), answer.retryAfterMs));
    else this.#forget(record.key);
    return false;
  }

  #plan(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.flush(), Math.max(50, waitMs));
  }

  /** The link is back: no need to wait any longer. */
  #hurry(): void {
    this.#store(this.#stored().map((record) => ({ ...record, retry_at_ms: 0 })));
    void this.flush();
  }

  #stored(): PlayRecord[] {
    return storedPlays(this.#now());
  }

  #find(key: string): PlayRecord | undefined {
    return this.#stored().find((record) => record.key === key);
  }

  #store(records: PlayRecord[]): void {
    storePlays(records, this.#now());
  }

  /** Writes a record, keeping what an answer of the server has added to the stored one meanwhile. */
  #save(record: PlayRecord): void {
    const stored = this.#stored();
    const known = stored.find((other) => other.key === record.key);
    const merged = { ...record, touched_at_ms: this.#now() };
    if (known) {
      merged.server = known.server;
      merged.confirmed_ms = known.confirmed_ms;
      merged.failures = known.failures;
      merged.retry_at_ms = known.retry_at_ms;
      this.#store(stored.map((other) => (other === known ? merged : other)));
    } else this.#store([...stored, merged]);
  }

  #change(key: string, change: Partial<PlayRecord>): void {
    this.#store(this.#stored().map((record) => (record.key === key ? { ...record, ...change } : record)));
  }

  #forget(key: string): void {
    if (this.#current?.key === key) this.#current = null;
    this.#store(this.#stored().filter((record) => record.key !== key));
  }
}
