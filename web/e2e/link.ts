import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What a link can do. */
export interface Shape {
  kbps: number;
  /** What a question needs to the server and its answer back, beside the bytes. */
  roundTripMs: number;
}

/** Bytes go on in pieces of a packet. */
const PIECE_BYTES = 1_460;
/** What comes at once after a pause: what a router's queue holds, in milliseconds of the rate. */
const BURST_MS = 20;
/** So much of an answer waits here, as in a router; the server then waits too. */
const QUEUE_BYTES = 16 * 1_024;

/**
 * A link between one person and a server: every connection through it shares its rate, as a household's do. It carries what
 * comes until it is given a shape.
 */
export class Link {
  readonly #server: Server;
  readonly #lanes = new Set<Lane>();
  #shape: Shape | null = null;
  /** Bytes that may pass now. */
  #tokens = 0;
  #filledAtMs = 0;
  #timer: NodeJS.Timeout | null = null;

  private constructor(behind: URL) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#carry(client, behind));
  }

  /** A link to the server at this address. */
  static async to(address: string): Promise<Link> {
    const link = new Link(new URL(address));
    await new Promise<void>((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on it is as slow as this. */
  shape(shape: Shape): void {
    this.#shape = shape;
    this.#tokens = 0;
    this.#filledAtMs = performance.now();
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    for (const lane of this.#lanes) lane.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client: Socket, { hostname, port }: URL): void {
    const server = connect({ host: hostname, port: Number(port), noDelay: true });
    const lane = new Lane(client, server, () => this.#pass());
    this.#lanes.add(lane);
    client.on("data", (question) => {
      const waitMs = this.#shape?.roundTripMs ?? 0;
      setTimeout(() => server.writable && server.write(question), waitMs);
    });
    for (const end of [client, server]) end.on("error", () => lane.close()).on("close", () => this.#lanes.delete(lane));
    client.on("end", () => lane.close());
    client.on("close", () => server.destroy());
  }

  /** Lets through what may pass: a packet of each connection in turn. */
  #pass(): void {
    if (this.#timer) return;
    const shape = this.#shape;
    if (shape) this.#fill(shape);
    for (;;) {
      const waiting = [...this.#lanes].filter((lane) => lane.waits);
      if (waiting.length === 0) return;
      for (const lane of waiting) {
        if (!shape) {
          lane.give(Number.POSITIVE_INFINITY);
          continue;
        }
        const next = lane.nextBytes(PIECE_BYTES);
        if (this.#tokens < next) return this.#passLater(shape, next);
        lane.give(next);
        this.#tokens -= next;
      }
    }
  }

  #passLater({ kbps }: Shape, bytes: number): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#pass();
      },
      ((bytes - this.#tokens) * 8) / kbps,
    );
  }

  #fill({ kbps }: Shape): void {
    const nowMs = performance.now();
    const most = Math.max(PIECE_BYTES, (kbps * BURST_MS) / 8);
    this.#tokens = Math.min(most, this.#tokens + (kbps * (nowMs - this.#filledAtMs)) / 8);
    this.#filledAtMs = nowMs;
  }
}

/** One connection through a link, and what of its answers waits. */
class Lane {
  readonly #client: Socket;
  readonly #server: Socket;
  #queue = Buffer.alloc(0);
  #isOver = false;

  constructor(client: Socket, server: Socket, more: () => void) {
    this.#client = client;
    this.#server = server;
    server.on("data", (answer) => {
      this.#queue = Buffer.concat([this.#queue, answer]);
      if (this.#queue.length >= QUEUE_BYTES) server.pause();
      more();
    });
    server.on("end", () => {
      this.#isOver = true;
      if (!this.waits) client.end();
    });
  }

  get waits(): boolean {
    return this.#queue.length > 0;
  }

  nextBytes(most: number): number {
    return Math.min(most, this.#queue.length);
  }

  give(bytes: number): void {
    this.#client.write(this.#queue.subarray(0, bytes));
    this.#queue = this.#queue.subarray(bytes);
    if (this.#queue.length < QUEUE_BYTES) this.#server.resume();
    if (this.#isOver && !this.waits) this.#client.end();
  }

  close(): void {
    this.#queue = Buffer.alloc(0);
    this.#client.destroy();
    this.#server.destroy();
  }
}
