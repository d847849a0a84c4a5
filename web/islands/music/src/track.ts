import type { Track as TrackDetail } from "@haas/api";

/** What a row of a page carries in `data-track`: enough to play and show a track without asking the server. */
export type Track = Required<
  Pick<
    TrackDetail,
    | "id"
    | "title"
    | "artists"
    | "album"
    | "duration_ms"
    | "track_gain_db"
    | "album_gain_db"
    | "hls_url"
    | "stream_url"
    | "cover_url"
    | "page_url"
  >
>;

/** Names of the artists in one line. */
export function artistLine(track: Pick<Track, "artists">): string {
  return track.artists.map((artist) => artist.name).join(", ");
}

/** Keeps what a `Track` needs, whatever else the value carries, or null when it is no track. */
export function parseTrack(value: unknown): Track | null {
  if (typeof value !== "object" || value === null) return null;
  const given = value as Partial<Track>;
  if (typeof given.id !== "string" || typeof given.title !== "string" || typeof given.stream_url !== "string")
    return null;
  if (typeof given.duration_ms !== "number" || !(given.duration_ms > 0)) return null;
  return {
    id: given.id,
    title: given.title,
    artists: Array.isArray(given.artists) ? given.artists : [],
    album: given.album ?? null,
    duration_ms: given.duration_ms,
    track_gain_db: given.track_gain_db ?? null,
    album_gain_db: given.album_gain_db ?? null,
    hls_url: given.hls_url ?? null,
    stream_url: given.stream_url,
    cover_url: given.cover_url || null,
    page_url: given.page_url ?? "",
  };
}
