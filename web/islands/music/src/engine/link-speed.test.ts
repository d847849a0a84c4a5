import { expect, it } from "vitest";
import { linkSpeed } from "./link-speed";

const response = (transferSize: number, responseStart: number, responseEnd: number) => ({
  transferSize,
  responseStart,
  responseEnd,
});

it("is what the largest response came with", () => {
  const page = response(20_000, 100, 900);
  const script = response(75_000, 1_000, 7_000);
  expect(linkSpeed([page, script])).toBe(100_000);
  expect(linkSpeed([page])).toBe(200_000);
});

it.each([
  ["nothing came", []],
  ["what came is small", [response(16_383, 100, 1_100)]],
  ["it came from the cache", [response(0, 100, 400), response(300, 100, 400)]],
  ["it came in one burst", [response(75_000, 100, 119.9)]],
  ["another origin hides its times", [response(75_000, 0, 500)]],
])("is not known when %s", (_when, responses) => expect(linkSpeed(responses)).toBeNull());

it("passes over a burst for a smaller response that took its time", () =>
  expect(linkSpeed([response(100_000, 100, 101), response(16_384, 100, 1_124)])).toBe(128_000));
