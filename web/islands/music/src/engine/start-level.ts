/** What the listener may choose. */
export type Quality = "auto" | 64 | 128 | 256;
/** The choices in the order they are shown. */
export const QUALITIES: readonly Quality[] = ["auto", 64, 128, 256];

/** Below this link even the 128 kbit/s rendition would start late. */
export const SLOW_LINK_BPS = 400_000;
/** From this link on the first 2.048 s segment at 256 kbit/s (64 KB) arrives within 0.3 s. */
export const FAST_LINK_BPS = 1_800_000;
/** A throughput older than this says nothing about the link of today. */
export const THROUGHPUT_LIFE_MS = 7 * 24 * 3_600_000;

/** The last session's throughput. */
export interface Throughput {
  bps: number;
  at_ms: number;
}

/** What is known before the first byte. */
export interface StartConditions {
  quality: Quality;
  isMetered: boolean;
  throughput: Throughput | null;
  nowMs: number;
}

/** The throughput if it is young enough to be believed. */
export function knownThroughput({ throughput, nowMs }: Pick<StartConditions, "throughput" | "nowMs">): number | null {
  if (!throughput || !(throughput.bps > 0)) return null;
  return nowMs - throughput.at_ms <= THROUGHPUT_LIFE_MS ? throughput.bps : null;
}

/** The bit rate to begin with, in kbit/s. The first sound must not wait for a test of the link. */
export function startBitRate(conditions: StartConditions): 64 | 128 | 256 {
  if (conditions.quality !== "auto") return conditions.quality;
  if (conditions.isMetered) return 64;
  const bps = knownThroughput(conditions);
  if (bps === null) return 128;
  if (bps < SLOW_LINK_BPS) return 64;
  return bps < FAST_LINK_BPS ? 128 : 256;
}

/** The nearest bit rate we offer to one that a playlist declares. */
export function nominalBitRate(bitsPerSecond: number): 64 | 128 | 256 {
  const kbps = bitsPerSecond / 1_000;
  if (kbps < 96) return 64;
  return kbps < 192 ? 128 : 256;
}
