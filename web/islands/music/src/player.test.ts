import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { EngineHost } from "./engine/contract";
import { Player } from "./player";
import type { QueueItem } from "./queue/queue";
import { readStored } from "./storage";

const started: { host: EngineHost; item: QueueItem | null }[] = [];

vi.mock("./engine/engine", () => ({
  Engine: class {
    item: QueueItem | null = null;
    sparesLink = true;
    positionMs = 0;
    state = { get: () => ({ wantsPlay: true }) };
    constructor(
      _elements: unknown,
      _session: string,
      readonly host: EngineHost,
    ) {
      started.push(this);
    }
    load(item: QueueItem) {
      this.item = item;
    }
    play() {}
    pause() {}
    applyVolume() {}
    nextChanged() {}
  },
}));
vi.mock("./media-session", () => ({ attachMediaSession: () => {} }));

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no link")));
});
afterEach(() => vi.unstubAllGlobals());

it("starts on a page that came over plain HTTP, with the little of `crypto` that it gets there", () => {
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes });
  expect(() => new Player([new Audio(), new Audio()])).not.toThrow();
  started.length = 0;
});

it("counts once what is heard while the reporter loads", async () => {
  const player = new Player([new Audio(), new Audio()]);
  const track = {
    id: "a",
    title: "a",
    artists: [],
    album: null,
    duration_ms: 60_000,
    track_gain_db: null,
    album_gain_db: null,
    hls_url: null,
    stream_url: "/s/a",
    cover_url: null,
    page_url: "",
  };
  player.playSource({ id: "s", title: "", page_url: "" }, [track], 0);
  const { host, item } = started[0] as (typeof started)[0];
  host.sounded(item as QueueItem);
  host.heard(500);
  for (let step = 0; step < 3; step += 1) host.heard(1_000);
  await vi.waitFor(() => expect(readStored("plays")).not.toBeNull());
  host.heard(1_000);
  player.pause();
  await vi.waitFor(() => expect(readStored("plays")).toMatchObject([{ track_id: "a", heard_ms: 4_500 }]));
});
