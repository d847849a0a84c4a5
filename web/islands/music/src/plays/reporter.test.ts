import { beforeEach, expect, it, vi } from "vitest";
import { newId } from "../ids";
import { openRecord, storedPlays } from "./outbox";
import { PlayReporter, type PlaysApi } from "./reporter";

type Call = ["open", string] | ["report", string, number, boolean];

let calls: Call[];
let status: number;
let api: PlaysApi;

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  calls = [];
  status = 200;
  const ok = () => status >= 200 && status < 300;
  api = {
    open: async (trackId) => {
      calls.push(["open", trackId]);
      const body = ok()
        ? { id: `play-${trackId}`, play_token: "token", qualifies_after_ms: 30_000, report_every_ms: 30_000 }
        : null;
      return { status, body, retryAfterMs: null };
    },
    report: async (id, { heard_ms, ended = false }) => {
      calls.push(["report", id, heard_ms, ended]);
      return { status, body: null, retryAfterMs: null };
    },
  };
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const hear = async (reporter: PlayReporter, ms: number) => {
  for (let heard = 0; heard < ms; heard += 1_000) {
    await pass(1_000);
    reporter.heard(1_000);
  }
  await pass(10);
};

it("opens, beats every 30 s of music, and ends", async () => {
  const reporter = new PlayReporter(api, () => Date.now());
  reporter.begin(newId(), "a");
  await hear(reporter, 65_000);
  reporter.end();
  await pass(10);
  expect(calls).toEqual([
    ["open", "a"],
    ["report", "play-a", 30_000, false],
    ["report", "play-a", 60_000, false],
    ["report", "play-a", 65_000, true],
  ]);
  expect(localStorage.getItem("haas.music.plays")).toBe("[]");
});

it("loses nothing while the server is away: the play is opened and told when it is back", async () => {
  const reporter = new PlayReporter(api, () => Date.now());
  status = 503;
  reporter.begin(newId(), "a");
  await hear(reporter, 40_000);
  reporter.end();
  await pass(10);
  expect(calls.every(([kind]) => kind === "open")).toBe(true);
  status = 200;
  calls = [];
  await pass(120_000);
  expect(calls).toEqual([
    ["open", "a"],
    ["report", "play-a", 40_000, true],
  ]);
});

it("asks again with the same key when the answer to a start is lost, so that it stays one play", async () => {
  const keys: (string | null)[] = [];
  api.open = async (_trackId, key) => {
    keys.push(key);
    return { status: 0, body: null, retryAfterMs: null };
  };
  const reporter = new PlayReporter(api, () => Date.now());
  reporter.begin(newId(), "a");
  await hear(reporter, 5_000);
  reporter.begin(newId(), "a");
  await pass(10);
  expect(keys[0]).toMatch(/^[\da-f]{8}-/);
  expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[2]]);
  expect(keys[2]).not.toBe(keys[0]);
});

it("tells a play that was stored under another kind of key", async () => {
  const stored = { ...openRecord("old-1", "a", Date.now()), heard_ms: 5_000, ended: true };
  localStorage.setItem("haas.music.plays", JSON.stringify([stored]));
  const keys: (string | null)[] = [];
  const { open } = api;
  api.open = (trackId, key) => {
    keys.push(key);
    return open(trackId, key);
  };
  await new PlayReporter(api, () => Date.now()).flush();
  expect(keys).toEqual([null]);
  expect(calls[0]).toEqual(["open", "a"]);
});

it("sends after a reload what an earlier page could not", async () => {
  const first = new PlayReporter(api, () => Date.now());
  first.begin(newId(), "a");
  await hear(first, 35_000);
  status = 0;
  first.checkpoint();
  await pass(10);
  status = 200;
  calls = [];
  await pass(200_000);
  await new PlayReporter(api, () => Date.now()).flush();
  expect(calls).toContainEqual(["report", "play-a", 35_000, false]);
});

it("goes on with a play that was stored before it was told", async () => {
  const stored = { ...openRecord("k-1", "a", Date.now()), heard_ms: 5_000 };
  localStorage.setItem("haas.music.plays", JSON.stringify([stored]));
  const reporter = new PlayReporter(api, () => Date.now());
  await reporter.flush();
  await pass(10_000);
  reporter.begin("k-1", "a", 6_000);
  reporter.end();
  await pass(10);
  expect(calls).toEqual([
    ["open", "a"],
    ["report", "play-a", 5_000, false],
    ["report", "play-a", 6_000, false],
    ["report", "play-a", 6_000, true],
  ]);
});

it("counts a play although what was stored is broken, and mends it", async () => {
  localStorage.setItem("haas.music.plays", '[null,{"id":5},"x"]');
  const reporter = new PlayReporter(api, () => Date.now());
  reporter.begin(newId(), "a");
  await pass(10);
  expect(calls).toEqual([["open", "a"]]);
  expect(JSON.parse(localStorage.getItem("haas.music.plays") ?? "")).toMatchObject([{ track_id: "a" }]);
});

it("forgets a play that the server does not know", async () => {
  const reporter = new PlayReporter(api, () => Date.now());
  status = 404;
  reporter.begin(newId(), "gone");
  await pass(10);
  status = 200;
  reporter.heard(31_000);
  await pass(60_000);
  expect(calls).toEqual([["open", "gone"]]);
});

it("opens a play that begins while another one is refused for long", async () => {
  const reporter = new PlayReporter(api, () => Date.now());
  const { open } = api;
  api.open = async (trackId, key) => {
    const answer = await open(trackId, key);
    if (trackId !== "a") return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { status: 503, body: null, retryAfterMs: 60_000 };
  };
  reporter.begin(newId(), "a");
  await pass(100);
  reporter.begin(newId(), "b");
  await pass(5_000);
  expect(calls).toEqual([
    ["open", "a"],
    ["open", "b"],
  ]);
});

it("keeps what was heard while a start that fails was on its way", async () => {
  api.open = async () => {
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    return { status: 503, body: null, retryAfterMs: null };
  };
  const key = newId();
  const reporter = new PlayReporter(api, () => Date.now());
  reporter.begin(key, "a");
  await hear(reporter, 45_000);
  reporter.end();
  await pass(20_000);
  expect(storedPlays(Date.now())).toMatchObject([{ key, heard_ms: 45_000, ended: true, failures: 1 }]);
});
