import { expect, it } from "vitest";
import { MediaTimeMeter } from "./media-time";

it("adds what was played", () => {
  const meter = new MediaTimeMeter();
  meter.observe(0, 0);
  expect(meter.observe(250, 250)).toBe(250);
  meter.observe(1_250, 1_250);
  expect(meter.playedMs).toBe(1_250);
});

it("adds nothing for a seek, told or not, in either direction", () => {
  const meter = new MediaTimeMeter();
  meter.observe(0, 0);
  expect(meter.observe(60_000, 250)).toBe(0);
  expect(meter.observe(1_000, 500)).toBe(0);
  meter.interrupt();
  expect(meter.observe(30_000, 750)).toBe(0);
  expect(meter.observe(30_250, 1_000)).toBe(250);
});

it("adds nothing while the playhead stands", () => {
  const meter = new MediaTimeMeter();
  meter.observe(500, 0);
  expect(meter.observe(500, 10_000)).toBe(0);
});

it("goes on from what was played before", () => {
  const meter = new MediaTimeMeter(10_000);
  meter.observe(0, 0);
  meter.observe(100, 100);
  expect(meter.playedMs).toBe(10_100);
});
