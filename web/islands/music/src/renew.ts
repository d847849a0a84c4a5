// What is kept on this device of tracks is what a row said of them once. Renditions, covers and names come later, or
// change: here it is brought up to date. Loaded when there is something to look up.
import { get, type Track as TrackDetail } from "@haas/api";
import type { Library, LibraryState } from "./library/library";
import type { Player } from "./player";
import type { QueueItem } from "./queue/queue";
import { parseTrack, type Track } from "./track";

/** Asked for at once: an address of about 4 KB. */
export const ASKED_LIMIT_TRACKS = 100;

/** Brings the whole queue up to date, what plays next first. */
export async function renewQueue(player: Player): Promise<void> {
  const { current, queued, upcoming, past, base } = player.queue.get();
  const items = [...(current ? [current] : []), ...queued, ...upcoming, ...past, ...base];
  const renewed = await ask(items.map(({ track }) => track));
  if (items.every(({ track }) => renewed(track) === track)) return;
  const renew = (item: QueueItem): QueueItem => {
    const track = renewed(item.track);
    return track === item.track ? item : { ...item, track };
  };
  player.edit((state) => ({
    ...state,
    current: state.current && renew(state.current),
    queued: state.queued.map(renew),
    upcoming: state.upcoming.map(renew),
    past: state.past.map(renew),
    base: state.base.map(renew),
  }));
}

/** Brings up to date what a view of the library shows: a playlist, the likes, or the covers of all playlists. */
export async function renewLibrary(library: Library, view: string): Promise<void> {
  const renewed = await ask(shownIn(library.state.get(), view));
  const { likes, playlists } = library.state.get();
  const kept = [likes, ...playlists.map(({ tracks }) => tracks)].flat();
  if (kept.every((track) => renewed(track) === track)) return;
  library.renew({
    likes: likes.map(renewed),
    playlists: playlists.map((playlist) => ({ ...playlist, tracks: playlist.tracks.map(renewed) })),
  });
}

function shownIn({ likes, playlists }: LibraryState, view: string): Track[] {
  if (view === "likes") return likes;
  const playlist = playlists.find(({ id }) => id === view);
  return playlist ? playlist.tracks : playlists.flatMap(({ tracks }) => tracks.slice(0, 1));
}

/** Asks what the server says of tracks today. A track of which it says nothing, or nothing new, stays what it is. */
async function ask(tracks: Track[]): Promise<(track: Track) => Track> {
  const ids = [...new Set(tracks.map(({ id }) => id))];
  const known = new Map<string, Track>();
  while (ids.length > 0) {
    const query = { ids: ids.splice(0, ASKED_LIMIT_TRACKS).join(",") };
    const answer = await get("/api/music/v1/tracks", { query }).catch(() => null);
    if (!answer) break;
    for (const detail of answer.items) known.set(detail.id, keptOf(detail));
  }
  return (track) => {
    const now = known.get(track.id);
    return now && JSON.stringify(now) !== JSON.stringify(track) ? now : track;
  };
}

/** What is kept of a track, with the cover in the size of rows. */
function keptOf(detail: TrackDetail): Track {
  return parseTrack({ ...detail, cover_url: detail.cover_urls?.["96"] ?? detail.cover_url }) as Track;
}
