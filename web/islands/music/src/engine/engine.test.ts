import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { QueueItem } from "../queue/queue";
import type { EngineHost } from "./contract";
import { Engine } from "./engine";

const DURATION_MS = 10_000;
const STEP_MS = 10;

function item(key: string, duration_ms = DURATION_MS): QueueItem {
  const track = {
    id: key,
    title: key,
    artists: [],
    album: null,
    duration_ms,
    track_gain_db: null,
    album_gain_db: null,
    hls_url: null,
    stream_url: `/s/${key}`,
    cover_url: null,
    page_url: "",
  };
  return { key, track, origin: "source" };
}

let elements: [HTMLAudioElement, HTMLAudioElement];
let handedOver: string[];
let engine: Engine;

beforeEach(() => {
  vi.useFakeTimers();
  elements = [document.createElement("audio"), document.createElement("audio")];
  handedOver = [];
  const host: EngineHost = {
    next: () => item("b"),
    handedOver: ({ key }) => handedOver.push(key),
    ended: () => {},
    skipFailed: () => {},
    sounded: () => {},
    heard: () => {},
    summed: () => {},
    renditionsOf: () => null,
    throughput: () => null,
    measured: () => {},
    volumeOf: () => 1,
    quality: () => "auto",
    saveData: () => false,
    isMetered: () => false,
    now: () => Date.now(),
  };
  engine = new Engine(elements, "session", host);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets the server answer with a status, or not at all (0), and the element that sounds fail by it. */
async function fail(status: number): Promise<void> {
  vi.stubGlobal("MediaError", { MEDIA_ERR_NETWORK: 2, MEDIA_ERR_DECODE: 3 });
  vi.stubGlobal("fetch", () =>
    status === 0 ? Promise.reject(new TypeError()) : Promise.resolve(new Response("", { status })),
  );
  elements[0].dispatchEvent(new Event("error"));
  await vi.advanceTimersByTimeAsync(0);
}

/** Lets the time pass in which what plays moves on; no element says that it has ended. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    for (const audio of elements) if (!audio.paused) audio.currentTime += STEP_MS / 1_000;
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
}

async function playUntilLeft(leftMs: number): Promise<void> {
  engine.load(item("a"), DURATION_MS - leftMs - 1_000);
  engine.play();
  await pass(1_000);
}

it("hands over before the track has ended", async () => {
  await playUntilLeft(1_000);
  await pass(1_000);
  expect(handedOver).toEqual(["b"]);
});

it("plays a track whose length nobody knows until its element says that it has ended", async () => {
  engine.load(item("a", 0));
  engine.play();
  await pass(3_000);
  expect([engine.durationMs, Math.round(engine.positionMs)]).toEqual([0, 3_000]);
  expect([engine.state.get().status, engine.sparesLink, handedOver]).toEqual(["playing", false, []]);
  engine.seek(8_000);
  expect(Math.round(engine.positionMs)).toBe(8_000);
  Object.defineProperty(elements[0], "duration", { value: 8.5, configurable: true });
  expect(engine.durationMs).toBe(8_500);
  await pass(500);
  expect(handedOver).toEqual(["b"]);
});

it("hands over also after a pause close to the end", async () => {
  await playUntilLeft(1_000);
  engine.pause();
  await pass(5_000);
  expect(handedOver).toEqual([]);
  engine.play();
  await pass(1_000);
  expect(handedOver).toEqual(["b"]);
});

it("does not hold a tunnel against a track: a busy server behind it is asked again", async () => {
  engine.load(item("a"));
  engine.play();
  const statuses = [];
  for (const answer of [0, 0, 0, 0, 0, 503, 0, 503, 503, 503]) {
    await fail(answer);
    statuses.push(engine.state.get().status);
  }
  expect(statuses.slice(0, -1)).not.toContain("failed");
  expect(engine.state.get()).toMatchObject({ status: "failed", failure: { reason: "network" } });
});

it("sounds again after another try, although the element has stopped", async () => {
  engine.load(item("a"));
  engine.play();
  await fail(503);
  elements[0].pause();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(elements[0].paused).toBe(false);
  await fail(503);
  elements[0].pause();
  engine.pause();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(elements[0].paused).toBe(true);
});

it("counts anew once something has loaded", async () => {
  engine.load(item("a"));
  engine.play();
  for (let round = 0; round < 3; round += 1) {
    for (let refusal = 0; refusal < 3; refusal += 1) await fail(503);
    elements[0].dispatchEvent(new Event("progress"));
  }
  expect(engine.state.get().status).toBe("loading");
});

it("says whether the link or the server is away", async () => {
  engine.load(item("a"));
  engine.play();
  await fail(0);
  expect(engine.state.get().status).toBe("unreachable");
  vi.stubGlobal("navigator", { onLine: false });
  await fail(0);
  expect(engine.state.get().status).toBe("offline");
  elements[0].dispatchEvent(new Event("progress"));
  expect(engine.state.get().status).toBe("loading");
});

it("does not storm a server that cannot deliver what follows", async () => {
  const asked: string[] = [];
  vi.stubGlobal("MediaError", { MEDIA_ERR_NETWORK: 2, MEDIA_ERR_DECODE: 3 });
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response("", { status: 503 }));
  });
  const whole = { length: 1, start: () => 0, end: () => 30 };
  Object.defineProperty(elements[0], "buffered", { value: whole, configurable: true });
  engine.load(item("a", 30_000), 10_000);
  engine.play();
  for (let passed = 0; passed < 19_000; passed += 100) {
    await pass(100);
    if (elements[1].getAttribute("src")) elements[1].dispatchEvent(new Event("error"));
  }
  expect(new Set(asked)).toEqual(new Set(["/s/b"]));
  expect(asked).toHaveLength(4);
});
