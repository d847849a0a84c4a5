import { nominalBitRate } from "./start-level";

/** A level of a main playlist: one bit rate of a track. */
export interface LevelRow {
  url: string;
  bitsPerSecond: number;
}

/** Bytes of an object; `end` is the first one that no longer belongs to it. */
export interface ByteRange {
  url: string;
  start: number;
  end: number;
}

/** The levels of a main playlist, in its order. */
export function readLevels(playlist: string, base: string): LevelRow[] {
  const rows = playlist.split(/\r?\n/);
  return rows.flatMap((row, index) => {
    if (!row.startsWith("#EXT-X-STREAM-INF:")) return [];
    const declared = /AVERAGE-BANDWIDTH=(\d+)/.exec(row) ?? /[:,]BANDWIDTH=(\d+)/.exec(row);
    const address = rows[index + 1];
    return declared && address ? [{ url: new URL(address, base).href, bitsPerSecond: Number(declared[1]) }] : [];
  });
}

/** The level with this bit rate. */
export function levelOf(levels: readonly LevelRow[], kbps: number): LevelRow | undefined {
  return levels.find(({ bitsPerSecond }) => nominalBitRate(bitsPerSecond) === kbps);
}

/** The init segment and the first segment of a level's playlist; null where it does not give both as byte ranges. */
export function readStart(
  playlist: string,
  base: string,
): { init: ByteRange; first: ByteRange; seconds: number } | null {
  const map = /^#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"/m.exec(playlist);
  const first = /^#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@(\d+)\r?\n([^#\s]+)/m.exec(playlist);
  if (!map?.[1] || !first?.[4]) return null;
  const range = (url: string, length: unknown, start: unknown): ByteRange => ({
    url: new URL(url, base).href,
    start: Number(start),
    end: Number(start) + Number(length),
  });
  return {
    init: range(map[1], map[2], map[3]),
    first: range(first[4], first[2], first[3]),
    seconds: Number(first[1]),
  };
}
