import type { Track as TrackDetail } from "@haas/api";
import { t } from "./i18n";

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

/** Whom the server names where a file names nobody. */
const UNKNOWN_ARTIST = "Unknown artist";

/** An artist's name as it is shown: who is not known is so in the language of the page. */
export function artistName(name: string): string {
  return name === UNKNOWN_ARTIST ? t("artist.unknown") : name;
}

/** The name that a page shows, as the server gave it: what is kept may be shown in another language. */
export function givenArtistName(shown: string): string {
  return shown === t("artist.unknown") ? UNKNOWN_ARTIST : shown;
}

/** Names of the artists in one line. */
export function artistLine(track: Pick<Track, "artists">): string {
  return track.artists.map(({ name }) => artistName(name)).join(", ");
}

/** The length in ms. What nobody knows (0: a file that was written to a pipe does not say) has no end so far. */
export function lengthOf({ duration_ms }: Pick<Track, "duration_ms">): number {
  return duration_ms || Number.POSITIVE_INFINITY;
}

/** Keeps what a `Track` needs, whatever else the value carries, or null when it is no track. */
export function parseTrack(value: unknown): Track | null {
  if (typeof value !== "object" || value === null) return null;
  const given = value as Partial<Track>;
  if (typeof given.id !== "string" || typeof given.title !== "string" || typeof given.stream_url !== "string")
    return null;
  if (typeof given.duration_ms !== "number" || !(given.duration_ms >= 0)) return null;
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
