import { expect, it } from "vitest";
import { MediaTimeMeter } from "./media-time";

it("counts what was played", () => {
  const meter = new MediaTimeMeter();
  meter.observe(0, 0);
  expect(meter.observe(250, 250)).toBe(250);
  expect(meter.observe(1_250, 1_250)).toBe(1_000);
});

it("counts nothing for a seek, told or not, in either direction", () => {
  const meter = new MediaTimeMeter();
  meter.observe(0, 0);
  expect(meter.observe(60_000, 250)).toBe(0);
  expect(meter.observe(1_000, 500)).toBe(0);
  meter.interrupt();
  expect(meter.observe(30_000, 750)).toBe(0);
  expect(meter.observe(30_250, 1_000)).toBe(250);
});

it("counts nothing while the playhead stands", () => {
  const meter = new MediaTimeMeter();
  meter.observe(500, 0);
  expect(meter.observe(500, 10_000)).toBe(0);
});
