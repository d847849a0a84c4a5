import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Title of a track whose lyrics are timed: a line each two seconds from second 2 on. */
export const LYRICAL = "달빛 노래";
/** Albums of the test library. `Two Halves` is one sine, cut in the middle. */
export const HALVES = "Two Halves";
export const NOISE = "Noise Garden";
const HALF_S = 12.5;
/** Tracks of noise in the order of their album, in seconds. Only some are listened to for long: the rest is soon made. */
const NOISES: [title: string, lengthS: number][] = [
  [LYRICAL, 125],
  ["Aurora", 150],
  ["Borealis", 45],
  ["Cascade", 90],
  ["Drift", 45],
  ["Ember", 45],
  ["Fjord", 45],
];

/** Makes a small library: two halves of one tone, and tracks of noise that fill their bit rates as music does. */
export async function makeMusic(folder: string): Promise<void> {
  const halves = join(folder, "halves");
  const noise = join(folder, "noise");
  mkdirSync(halves, { recursive: true });
  mkdirSync(noise, { recursive: true });
  const sine = `sine=frequency=220:sample_rate=44100:duration=${HALF_S * 2}`;
  const tones = ["First Half", "Second Half"].map((title, index) => {
    const cut = `atrim=start=${index * HALF_S}:end=${(index + 1) * HALF_S},asetpts=PTS-STARTPTS`;
    return encode(join(halves, `${index + 1}.flac`), sine, cut, {
      title,
      artist: "Tone",
      album: HALVES,
      track: String(index + 1),
    });
  });
  const noises = NOISES.map(([title, lengthS], index) => {
    const source = `anoisesrc=color=pink:sample_rate=44100:duration=${lengthS}:seed=${index + 1}:amplitude=0.4`;
    return encode(join(noise, `${index + 1}.flac`), source, "anull", {
      title,
      artist: index % 2 === 0 ? "가람" : "Neon River",
      album: NOISE,
      album_artist: "여러 아티스트",
      track: String(index + 1),
      genre: "Noise",
      copyright: "© 2026 Test",
      license: "https://creativecommons.org/licenses/by/4.0/",
      ...(title === LYRICAL ? { LYRICS: timedLyrics() } : {}),
    });
  });
  await Promise.all([...tones, ...noises]);
}

/** The only track of a library in which everybody listens to the same. */
export const ALONE = "Alone";

/** Makes a library of one track of noise, a minute long. */
export async function makeOneTrack(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const noise = "anoisesrc=color=pink:sample_rate=44100:duration=60:seed=1:amplitude=0.4";
  await encode(join(folder, "1.flac"), noise, "anull", { title: ALONE, artist: "Tone", album: ALONE, track: "1" });
}

function timedLyrics(): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const lines = Array.from({ length: 60 }, (_, index) => {
    const second = 2 + index * 2;
    return `[${two(Math.floor(second / 60))}:${two(second % 60)}.00]line ${index + 1}`;
  });
  return lines.join("\n");
}

async function encode(path: string, source: string, filter: string, tags: Record<string, string>): Promise<void> {
  const metadata = Object.entries(tags).flatMap(([name, value]) => ["-metadata", `${name}=${value}`]);
  const input = ["-v", "error", "-f", "lavfi", "-i", source, "-af", `${filter},volume=0.5`, "-ac", "2"];
  await promisify(execFile)("ffmpeg", [...input, ...metadata, "-compression_level", "0", path]);
}
