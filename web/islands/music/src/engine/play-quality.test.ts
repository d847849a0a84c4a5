import { expect, it } from "vitest";
import { PlayQuality } from "./play-quality";

it("sums a play: start-up, stalls, time at each bit rate", () => {
  const quality = new PlayQuality();
  quality.intent(1_000);
  quality.firstSound(1_240);
  quality.played(2_000, 128);
  quality.stall(4_000);
  quality.stall(4_100);
  quality.resume(4_500);
  quality.played(500, null);
  expect(quality.summary("hls", null, 9_000)).toEqual({
    delivery: "hls",
    start_up_ms: 240,
    played_ms: 2_500,
    stall_count: 1,
    stall_ms: 500,
    bit_rate_ms: { "64": 0, "128": 2_000, "256": 0, original: 500 },
    failure: null,
  });
});

it("counts no waiting that the listener ended by pausing", () => {
  const quality = new PlayQuality();
  quality.intent(0);
  quality.pause(5_000);
  quality.intent(60_000);
  quality.firstSound(60_300);
  quality.stall(61_000);
  quality.pause(61_100);
  expect(quality.summary("hls", null, 99_000)).toMatchObject({ start_up_ms: 300, stall_count: 1, stall_ms: 100 });
});

it("says nothing of a play nobody asked for", () => expect(new PlayQuality().summary("hls", null, 0)).toBeNull());

it("reports a play that never sounded", () => {
  const quality = new PlayQuality();
  quality.intent(0);
  expect(quality.summary("progressive", "not_found", 10)).toMatchObject({
    start_up_ms: null,
    played_ms: 0,
    failure: "not_found",
  });
});
