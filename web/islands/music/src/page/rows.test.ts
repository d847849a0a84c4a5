import { beforeEach, expect, it, vi } from "vitest";
import type { Player } from "../player";
import { playRow } from "./rows";

const TRACK = { id: "a", title: "a", stream_url: "/s/a", duration_ms: 104_500 };

let calls: unknown[];
let current: { track: { id: string }; origin: string } | null;
let wantsPlay: boolean;
const player = {
  queue: { get: () => ({ current, source: current && { id: "page:/music/tracks/a" } }) },
  engine: { state: { get: () => ({ wantsPlay }) } },
  playSource: vi.fn((_source, _tracks, _index, startMs) => calls.push(["play", startMs])),
  seek: (positionMs: number) => calls.push(["seek", positionMs]),
  toggle: () => calls.push("toggle"),
} as unknown as Player;

beforeEach(() => {
  calls = [];
  current = null;
  wantsPlay = false;
  document.documentElement.dataset.page = "track";
  document.body.innerHTML = '<main id="main"><header data-id="a"></header></main>';
});

const press = (query: string, track = TRACK) => {
  history.replaceState(null, "", `/music/tracks/a${query}`);
  const row = document.querySelector("header") as HTMLElement;
  row.dataset.track = JSON.stringify(track);
  playRow(player, row);
};

it("begins where a shared link says, and at the beginning where that is past the end", () => {
  for (const query of ["", "?t=65", "?t=103", "?t=104", "?t=99999", "?t=x"]) press(query);
  expect(calls).toEqual([0, 65_000, 103_000, 0, 0, 0].map((startMs) => ["play", startMs]));
});

it("begins where a shared link says in a track whose length nobody knows", () => {
  press("?t=65", { ...TRACK, duration_ms: 0 });
  expect(calls).toEqual([["play", 65_000]]);
});

it("goes to a shared link's place in the track that is already on", () => {
  current = { track: TRACK, origin: "source" };
  press("?t=65");
  expect(location.search).toBe("");
  press("");
  press("?t=99999");
  expect(calls).toEqual([["seek", 65_000], "toggle", "toggle", ["seek", 0], "toggle"]);
});

it("stops what sounds, whatever the address says", () => {
  current = { track: TRACK, origin: "source" };
  wantsPlay = true;
  press("?t=65");
  expect(calls).toEqual(["toggle"]);
});
