import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { EngineHost } from "./engine/contract";
import { DETAILS_LIMIT_TRACKS, Player } from "./player";
import type { QueueItem } from "./queue/queue";
import { readStored } from "./storage";
import type { Track } from "./track";

let wantsPlay = true;
let failure: { skips: boolean } | null = null;
const watching = new Set<() => void>();
const started: { host: EngineHost; item: QueueItem | null }[] = [];

vi.mock("./engine/engine", () => ({
  Engine: class {
    item: QueueItem | null = null;
    sparesLink = true;
    positionMs = 0;
    state = { get: () => ({ wantsPlay, failure }), subscribe: (listener: () => void) => watching.add(listener) };
    constructor(
      _elements: unknown,
      _session: string,
      readonly host: EngineHost,
    ) {
      started.push(this);
    }
    loadedAtMs = 0;
    flush() {}
    load(item: QueueItem, startMs: number) {
      this.item = item;
      this.loadedAtMs = startMs;
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

it("keeps that the details of a track could not be asked for, until they are asked for again", async () => {
  const player = new Player([new Audio(), new Audio()]);
  await player.loadDetails("a");
  expect(player.details.get()).toEqual({ tracks: {}, failed: "a" });
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ id: "a" })));
  const asked = player.loadDetails("a");
  expect(player.details.get().failed).toBeNull();
  await asked;
  expect(player.details.get()).toEqual({ tracks: { a: { id: "a" } }, failed: null });
});

it("keeps the details of the last tracks only", async () => {
  vi.stubGlobal("fetch", (url: string) => Promise.resolve(Response.json({ id: url.split("/").pop() })));
  const player = new Player([new Audio(), new Audio()]);
  for (let number = 0; number < DETAILS_LIMIT_TRACKS + 2; number += 1) await player.loadDetails(`t${number}`);
  const kept = Object.keys(player.details.get().tracks);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([DETAILS_LIMIT_TRACKS, "t2", `t${DETAILS_LIMIT_TRACKS + 1}`]);
});

it("goes on where it was in a track whose length nobody knows", () => {
  const track = { id: "a", title: "a", stream_url: "/s/a", duration_ms: 0 };
  const player = new Player([new Audio(), new Audio()]);
  player.playSource({ id: "s", title: "", page_url: "" }, [track as never], 0);
  const key = player.queue.get().current?.key;
  dispatchEvent(new Event("pagehide"));
  localStorage.setItem("haas.music.position", JSON.stringify({ key, position_ms: 65_000 }));
  started.length = 0;
  new Player([new Audio(), new Audio()]);
  expect(started[0]).toMatchObject({ loadedAtMs: 65_000 });
});

it("asks once for the details of a track, however many want them", async () => {
  const fetched = vi.fn(async () => Response.json({ id: "a", hls_url: null }));
  vi.stubGlobal("fetch", fetched);
  const player = new Player([new Audio(), new Audio()]);
  await Promise.all([player.loadDetails("a"), player.loadDetails("a")]);
  await player.loadDetails("a");
  expect(fetched).toHaveBeenCalledOnce();
});

it("names the renditions that it knows of, and asks nobody while a track begins", async () => {
  const player = new Player([new Audio(), new Audio()]);
  const { host } = started.at(-1) as (typeof started)[0];
  const track = { id: "a", hls_url: null } as Track;
  const fetched = vi.fn(async () => Response.json({ id: "a", hls_url: "/h/a" }));
  vi.stubGlobal("fetch", fetched);
  expect(host.renditionsOf(track)).toBeNull();
  expect(fetched).not.toHaveBeenCalled();
  await player.loadDetails("a");
  expect(host.renditionsOf(track)).toBe("/h/a");
});

it("brings the queue that it finds on the device up to date while nothing plays", async () => {
  const track = { id: "a", title: "a", stream_url: "/s/a", duration_ms: 1_000 };
  const before = new Player([new Audio(), new Audio()]);
  before.playSource({ id: "s", title: "", page_url: "" }, [track as never], 0);
  dispatchEvent(new Event("pagehide"));
  wantsPlay = false;
  vi.stubGlobal("fetch", async (url: string) =>
    Response.json(url.includes("?ids=a") ? { items: [{ ...track, hls_url: "/h/a" }] } : {}),
  );
  const player = new Player([new Audio(), new Audio()]);
  const { host, item } = started.at(-1) as (typeof started)[0];
  await vi.waitFor(() => expect(player.queue.get().current?.track.hls_url).toBe("/h/a"));
  // What was put on before plays them as well.
  expect(host.renditionsOf(item?.track as Track)).toBe("/h/a");
  wantsPlay = true;
});

it("does not tell the other tabs that it stopped while it is about to go on after a broken track", async () => {
  const told: string[] = [];
  class Channel {
    addEventListener() {}
    postMessage(word: string) {
      told.push(word);
    }
  }
  vi.stubGlobal("BroadcastChannel", Channel);
  watching.clear();
  new Player([new Audio(), new Audio()]);
  const become = async (plays: boolean, skips: boolean) => {
    wantsPlay = plays;
    failure = plays ? null : { skips };
    for (const listener of watching) listener();
    await Promise.resolve();
  };
  await become(true, false);
  await become(false, true);
  expect(told).toEqual([]);
  await become(false, false);
  expect(told).toEqual(["stopped"]);
  [wantsPlay, failure] = [true, null];
});
