import { expect, it } from "vitest";
import type { Track } from "../track";
import { elementVolume } from "./loudness";

const track = { track_gain_db: -6, album_gain_db: -3 } as Track;

it("brings a track down by its own gain, or by its album's", () => {
  // −6 dB is 10^(−6/20) = 0.501, −3 dB is 0.708.
  expect(elementVolume(1, "track", track)).toBeCloseTo(0.501, 3);
  expect(elementVolume(1, "album", track)).toBeCloseTo(0.708, 3);
  expect(elementVolume(1, "off", track)).toBe(1);
});

it("raises a quiet track as far as there is room, and never past full", () => {
  const quiet = { track_gain_db: 12, album_gain_db: null } as Track;
  // 0.5² = 0.25, at most +4 dB = ×1.585.
  expect(elementVolume(0.5, "track", quiet)).toBeCloseTo(0.396, 3);
  expect(elementVolume(1, "album", quiet)).toBe(1);
});

it("is silent at the foot of the slider", () => expect(elementVolume(0, "track", track)).toBe(0));
