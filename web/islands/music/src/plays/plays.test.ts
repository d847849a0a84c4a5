import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readStored } from "../storage";
import { openRecord, type PlayRecord, storedPlays, storePlays } from "./outbox";
import { Plays, UNTOLD_LIMIT_PLAYS } from "./plays";

const { link, told, keys } = vi.hoisted(() => ({
  link: { away: false },
  told: [] as unknown[][],
  keys: [] as string[],
}));

vi.mock("./api", () => ({ playsApi: {}, sendSummary: () => {} }));
vi.mock("./reporter", () => ({
  /** Read when the module has come. */
  get PlayReporter() {
    if (link.away) throw new TypeError("no link");
    return class {
      begin = (key: string, ...play: unknown[]) => {
        keys.push(key);
        told.push(["begin", ...play]);
      };
      heard = (stepMs: number) => told.push(["heard", stepMs]);
      end = () => told.push(["end"]);
      checkpoint = () => told.push(["checkpoint"]);
      flush = async () => {};
    };
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  link.away = false;
  told.length = keys.length = 0;
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

const come = () => vi.waitFor(() => expect(told).not.toEqual([]));

it("tells a play that was over before the reporter had come", async () => {
  const plays = new Plays();
  plays.begin("a");
  plays.heard(1_000);
  plays.tell();
  plays.heard(500);
  plays.end();
  plays.begin("b");
  plays.heard(200);
  expect(told).toEqual([]);
  await come();
  plays.heard(300);
  plays.end();
  expect(told).toEqual([["begin", "a", 1_500], ["end"], ["begin", "b", 200], ["heard", 300], ["end"]]);
});

it("tells a play that was over before the link had room, also when nothing follows", async () => {
  const plays = new Plays();
  plays.begin("a");
  plays.heard(1_000);
  plays.end();
  await vi.advanceTimersByTimeAsync(5_000);
  await come();
  expect(told).toEqual([["begin", "a", 1_000], ["end"]]);
});

it("loads nothing for a play until there is room, and keeps no more than its limit", async () => {
  const plays = new Plays();
  for (let play = 0; play < UNTOLD_LIMIT_PLAYS + 2; play += 1) plays.begin(String(play));
  plays.checkpoint();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
  plays.tell();
  await come();
  expect([told.length, told[0]]).toEqual([UNTOLD_LIMIT_PLAYS, ["begin", "2", 0]]);
});

it("stores what it could not tell when the page goes away, and tells it as the same play if it comes back", async () => {
  const plays = new Plays();
  plays.begin("a");
  plays.heard(1_000);
  plays.end();
  plays.begin("b");
  plays.heard(300);
  plays.checkpoint();
  plays.heard(200);
  plays.checkpoint();
  const stored = readStored<PlayRecord[]>("plays") ?? [];
  expect(stored).toMatchObject([
    { track_id: "a", heard_ms: 1_000, ended: true, server: null },
    { track_id: "b", heard_ms: 500, ended: false, server: null },
  ]);
  plays.tell();
  await come();
  expect(keys).toEqual(stored.map(({ key }) => key));
});

it("leaves alone what waits already", () => {
  storePlays([openRecord("other", "x", Date.now())], Date.now());
  const plays = new Plays();
  plays.checkpoint();
  plays.begin("a");
  plays.checkpoint();
  expect(storedPlays(Date.now()).map(({ track_id }) => track_id)).toEqual(["x", "a"]);
});
