import { expect, it } from "vitest";
import { activeLine, parseLrc, untilNextLine } from "./lyrics";

const LINES = [
  { at_ms: 1_000, text: "one" },
  { at_ms: 2_500, text: "two" },
  { at_ms: 2_500, text: "two again" },
  { at_ms: 9_000, text: "" },
];

it("finds the line that is sung", () => {
  expect([0, 999, 1_000, 2_499, 2_500, 100_000].map((ms) => activeLine(LINES, ms))).toEqual([-1, -1, 0, 0, 2, 3]);
  expect(activeLine([], 5)).toBe(-1);
});

it("knows when to look again", () => {
  expect([untilNextLine(LINES, 0), untilNextLine(LINES, 1_200), untilNextLine(LINES, 9_000)]).toEqual([
    1_000,
    1_300,
    null,
  ]);
});

it("reads LRC: fractions of two and three digits, several stamps for one line, tags without a time left out", () => {
  const text = "[ar:Somebody]\n[00:01.50]first\n[00:10.123][01:02]twice\n\nno stamp";
  expect(parseLrc(text)).toEqual([
    { at_ms: 1_500, text: "first" },
    { at_ms: 10_123, text: "twice" },
    { at_ms: 62_000, text: "twice" },
  ]);
});

it("leaves plain words alone", () => expect(parseLrc("la la\n[chorus]\nla")).toBeNull());
