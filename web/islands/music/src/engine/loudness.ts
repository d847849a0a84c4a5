import type { Track } from "../track";

/** Which loudness to bring a track to: its own, or its album's (which keeps a quiet track quiet among its own). */
export type Levelling = "off" | "track" | "album";

/** How far a quiet track may be raised; beyond it the peaks of most music would clip. */
const MAX_BOOST_DB = 4;

/** The ear hears the square of the slider as even steps. */
export function sliderToAmplitude(volume: number): number {
  return volume * volume;
}

/**
 * Amplitude of the element for a slider position and a track. An element cannot be louder than 1, so at full volume a
 * quiet track stays as it is; the default slider (0.8) leaves 3.9 dB for it. No Web Audio: a graph would have to run
 * before the first sound could.
 */
export function elementVolume(volume: number, levelling: Levelling, track: Track): number {
  return Math.min(1, Math.max(0, sliderToAmplitude(volume) * 10 ** (gainDb(levelling, track) / 20)));
}

function gainDb(levelling: Levelling, track: Track): number {
  if (levelling === "off") return 0;
  const gain = levelling === "album" ? (track.album_gain_db ?? track.track_gain_db) : track.track_gain_db;
  return Math.min(MAX_BOOST_DB, gain ?? 0);
}
