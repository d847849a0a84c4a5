import { nominalBitRate } from "./start-level";

/** Brings the playlists of a track into the browser's cache: the main one, and that of the level it will start with. */
export async function prefetchPlaylists(url: string, startKbps: number): Promise<void> {
  const main = await fetch(url, { priority: "low" });
  const level = main.ok ? levelUrl(await main.text(), startKbps) : null;
  if (level) await fetch(new URL(level, main.url), { priority: "low" });
}

/** The address of the level with this bit rate in a main playlist. */
export function levelUrl(playlist: string, kbps: number): string | null {
  const rows = playlist.split(/\r?\n/);
  for (const [index, row] of rows.entries()) {
    const declared = /^#EXT-X-STREAM-INF:.*?(?:AVERAGE-)?BANDWIDTH=(\d+)/.exec(row)?.[1];
    const address = rows[index + 1];
    if (declared && address && nominalBitRate(Number(declared)) === kbps) return address;
  }
  return null;
}
