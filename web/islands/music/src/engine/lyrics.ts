import type { LyricsLine } from "@haas/api";

/** The line that is sung at `positionMs`: its index, or -1 before the first. `lines` are in order of time. */
export function activeLine(lines: readonly LyricsLine[], positionMs: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as LyricsLine).at_ms <= positionMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Milliseconds until the active line changes, or null when it never will again. */
export function untilNextLine(lines: readonly LyricsLine[], positionMs: number): number | null {
  const next = lines[activeLine(lines, positionMs) + 1];
  return next ? next.at_ms - positionMs : null;
}

const STAMP = /\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]/g;

/** Lines of an LRC text that a player of old put in as plain text; null when it has no time stamps. */
export function parseLrc(text: string): LyricsLine[] | null {
  const lines: LyricsLine[] = [];
  for (const row of text.split(/\r?\n/)) {
    const stamps = [...row.matchAll(STAMP)];
    const words = row.replace(STAMP, "").trim();
    for (const [, minutes, seconds, fraction = "0"] of stamps) {
      const ms = Number(fraction.padEnd(3, "0"));
      lines.push({ at_ms: Number(minutes) * 60_000 + Number(seconds) * 1_000 + ms, text: words });
    }
  }
  return lines.length === 0 ? null : lines.sort((a, b) => a.at_ms - b.at_ms);
}
