import { describe, expect, it } from "vitest";
import { nominalBitRate, startBitRate, THROUGHPUT_LIFE_MS } from "./start-level";

const NOW = 1_000_000_000_000;
const given = { quality: "auto" as const, isMetered: false, throughput: null, nowMs: NOW };
const known = (bps: number, ageMs = 0) => ({ ...given, throughput: { bps, at_ms: NOW - ageMs } });

describe("the bit rate to begin with", () => {
  it("is 128 when nothing is known", () => expect(startBitRate(given)).toBe(128));
  it("is what the listener chose", () => expect(startBitRate({ ...given, quality: 256, isMetered: true })).toBe(256));
  it("is 64 where each megabyte counts, whatever the link", () =>
    expect(startBitRate({ ...known(50_000_000), isMetered: true })).toBe(64));
  it.each([
    [100_000, 64],
    [399_999, 64],
    [400_000, 128],
    [1_000_000, 128],
    [1_799_999, 128],
    [1_800_000, 256],
  ])("follows the last session's throughput: %i bit/s", (bps, kbps) => expect(startBitRate(known(bps))).toBe(kbps));
  it("does not believe a throughput of long ago", () =>
    expect(startBitRate(known(50_000, THROUGHPUT_LIFE_MS + 1))).toBe(128));
});

it("names the rendition that a declared bit rate stands for", () => {
  expect([66_000, 95_999, 131_000, 191_999, 262_000].map(nominalBitRate)).toEqual([64, 64, 128, 128, 256]);
});
