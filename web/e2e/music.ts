import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Title of a track whose lyrics are timed: a line each two seconds from second 2 on. */
export const LYRICAL = "달빛 노래";
/** Albums of the test library. `Two Halves` is one sine, cut in the middle. */
export const HALVES = "Two Halves";
export const NOISE = "Noise Garden";
const HALF_S = 12.5;
const LONG_S = 150;

/** Makes a small library: two halves of one tone, and tracks of noise that fill their bit rates as music does. */
export function makeMusic(folder: string): void {
  const halves = join(folder, "halves");
  const noise = join(folder, "noise");
  mkdirSync(halves, { recursive: true });
  mkdirSync(noise, { recursive: true });
  const sine = `sine=frequency=220:sample_rate=44100:duration=${HALF_S * 2}`;
  for (const [index, title] of ["First Half", "Second Half"].entries()) {
    const cut = `atrim=start=${index * HALF_S}:end=${(index + 1) * HALF_S},asetpts=PTS-STARTPTS`;
    encode(join(halves, `${index + 1}.flac`), sine, cut, {
      title,
      artist: "Tone",
      album: HALVES,
      track: String(index + 1),
    });
  }
  const titles = [LYRICAL, "Aurora", "Borealis", "Cascade", "Drift", "Ember", "Fjord"];
  for (const [index, title] of titles.entries()) {
    const source = `anoisesrc=color=pink:sample_rate=44100:duration=${LONG_S}:seed=${index + 1}:amplitude=0.4`;
    encode(join(noise, `${index + 1}.flac`), source, "anull", {
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
  }
}

function timedLyrics(): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const lines = Array.from({ length: 60 }, (_, index) => {
    const second = 2 + index * 2;
    return `[${two(Math.floor(second / 60))}:${two(second % 60)}.00]line ${index + 1}`;
  });
  return lines.join("\n");
}

function encode(path: string, source: string, filter: string, tags: Record<string, string>): void {
  const metadata = Object.entries(tags).flatMap(([name, value]) => ["-metadata", `${name}=${value}`]);
  const input = ["-v", "error", "-f", "lavfi", "-i", source, "-af", `${filter},volume=0.5`, "-ac", "2"];
  execFileSync("ffmpeg", [...input, ...metadata, "-compression_level", "0", path]);
}
