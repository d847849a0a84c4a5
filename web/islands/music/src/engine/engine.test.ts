import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { QueueItem } from "../queue/queue";
import { Engine, type EngineHost } from "./engine";

const DURATION_MS = 10_000;
const STEP_MS = 10;

function item(key: string): QueueItem {
  const track = {
    id: key,
    title: key,
    artists: [],
    album: null,
    duration_ms: DURATION_MS,
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
    throughput: () => null,
    measured: () => {},
    volumeOf: () => 1,
    quality: () => "auto",
    saveData: () => false,
    now: () => Date.now(),
  };
  engine = new Engine(elements, "session", host);
});
afterEach(() => vi.useRealTimers());

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

it("hands over also after a pause close to the end", async () => {
  await playUntilLeft(1_000);
  engine.pause();
  await pass(5_000);
  expect(handedOver).toEqual([]);
  engine.play();
  await pass(1_000);
  expect(handedOver).toEqual(["b"]);
});
