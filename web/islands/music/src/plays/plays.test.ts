import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Plays, UNTOLD_LIMIT_PLAYS } from "./plays";

const { link, told } = vi.hoisted(() => ({ link: { away: false }, told: [] as unknown[][] }));

vi.mock("./api", () => ({ playsApi: {}, sendSummary: () => {} }));
vi.mock("./reporter", () => ({
  /** Read when the module has come. */
  get PlayReporter() {
    if (link.away) throw new TypeError("no link");
    return class {
      begin = (...play: unknown[]) => told.push(["begin", ...play]);
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
  told.length = 0;
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
