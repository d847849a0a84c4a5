/** Where this server's music API stands. */
const BASE = "/api/music/v1";

export interface ArtistRef {
  id: string;
  name: string;
  page_url: string;
}

export interface AlbumRef {
  id: string;
  title: string;
  page_url: string;
}

/** A track as the API gives it. */
export interface TrackDetail {
  id: string;
  title: string;
  artists: ArtistRef[];
  album: AlbumRef | null;
  duration_ms: number;
  composer: string | null;
  licence: string | null;
  copyright: string | null;
  track_gain_db: number | null;
  album_gain_db: number | null;
  has_lyrics: boolean;
  hls_url: string | null;
  stream_url: string;
  lyrics_url: string | null;
  waveform_url: string | null;
  bit_rates_kbps: number[];
  codec: string;
  bit_rate_kbps: number;
  cover_url: string;
  cover_urls: Record<string, string> | null;
  page_url: string;
}

export interface Lyrics {
  plain: string | null;
  lines: { at_ms: number; text: string }[] | null;
}

export interface AlbumHit {
  id: string;
  title: string;
  artists: ArtistRef[];
  cover_url: string;
  page_url: string;
}

export interface ArtistHit {
  id: string;
  name: string;
  cover_url: string;
  page_url: string;
}

export interface SearchAnswer {
  query: string;
  tracks: TrackDetail[];
  albums: AlbumHit[];
  artists: ArtistHit[];
}

/** An answer that is not what was asked for, by RFC 9457. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, title: string) {
    super(title);
    this.name = "ProblemError";
    this.status = status;
    this.code = code;
  }
}

/** Fetches JSON, or throws what went wrong. */
export async function fetchJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(url, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; title?: string };
  throw new ProblemError(response.status, problem.code ?? "", problem.title ?? response.statusText);
}

export function fetchTrack(id: string): Promise<TrackDetail> {
  return fetchJson(`${BASE}/tracks/${encodeURIComponent(id)}`);
}

/** The tracks of these ids that still exist, in the order asked for. */
export async function fetchTracks(ids: string[]): Promise<TrackDetail[]> {
  const query = new URLSearchParams({ ids: ids.join(","), limit: String(ids.length) });
  return (await fetchJson<{ items: TrackDetail[] }>(`${BASE}/tracks?${query}`)).items;
}

export function search(query: string, limit: number, signal: AbortSignal): Promise<SearchAnswer> {
  return fetchJson(`${BASE}/search?${new URLSearchParams({ q: query, limit: String(limit) })}`, signal);
}
