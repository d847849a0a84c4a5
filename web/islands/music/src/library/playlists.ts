import { t } from "../i18n";
import { newId } from "../ids";
import { notify, notifyUndoable } from "../notices";
import type { Track } from "../track";
import type { Library, Playlist } from "./library";

export const PLAYLISTS_LIMIT = 200;
export const PLAYLIST_LIMIT_TRACKS = 1_000;
export const PLAYLIST_NAME_LIMIT_CHARS = 80;

/** What a listener does to playlists. Taking back changes what there is by then: more may have happened since. */
export class Playlists {
  readonly #library: Library;

  constructor(library: Library) {
    this.#library = library;
  }

  /** Makes a playlist and returns its id, or null when there is no room. */
  create(name: string, tracks: Track[]): string | null {
    const playlist = {
      id: newId(),
      name: cleanName(name),
      tracks: tracks.slice(0, PLAYLIST_LIMIT_TRACKS),
      changed_at_ms: Date.now(),
    };
    if (!this.#insert(playlist, 0)) return null;
    notify(t("library.playlist_made", { name: playlist.name }));
    return playlist.id;
  }

  rename(id: string, name: string): void {
    this.#change(id, { name: cleanName(name) });
  }

  delete(id: string): void {
    const playlist = this.find(id);
    if (!playlist) return;
    const index = this.#all.indexOf(playlist);
    if (this.#library.keep({ playlists: this.#all.toSpliced(index, 1) }))
      notifyUndoable(
        t("library.playlist_deleted", { name: playlist.name }),
        () => this.find(id) || this.#insert(playlist, index),
      );
  }

  /** Puts tracks at the end. One may stand in a playlist more than once; that is said. */
  add(id: string, tracks: Track[]): void {
    const playlist = this.find(id);
    if (!playlist || !this.#insertTracks(id, tracks, playlist.tracks.length)) return;
    const { name } = playlist;
    notifyUndoable(
      holdsAll(playlist, tracks) ? t("library.added_again", { name }) : t("library.added_to", { name }),
      () => this.#takeOut(id, tracks),
    );
  }

  removeTrack(id: string, index: number): void {
    const tracks = this.#tracksOf(id);
    const removed = tracks.slice(index, index + 1);
    if (removed.length > 0 && this.#change(id, { tracks: tracks.toSpliced(index, 1) }))
      notifyUndoable(t("library.track_removed"), () => this.#insertTracks(id, removed, index));
  }

  /** Puts the track at `from` to where `to` is. */
  move(id: string, from: number, to: number): void {
    const tracks = [...this.#tracksOf(id)];
    const [moved] = tracks.splice(from, 1);
    if (!moved || to < 0 || to > tracks.length) return;
    this.#change(id, { tracks: tracks.toSpliced(to, 0, moved) });
  }

  find(id: string): Playlist | undefined {
    return this.#all.find((playlist) => playlist.id === id);
  }

  get #all(): Playlist[] {
    return this.#library.state.get().playlists;
  }

  #tracksOf(id: string): Track[] {
    return this.find(id)?.tracks ?? [];
  }

  #insert(playlist: Playlist, index: number): boolean {
    if (this.#all.length < PLAYLISTS_LIMIT)
      return this.#library.keep({ playlists: this.#all.toSpliced(index, 0, playlist) });
    notify(t("library.playlists_full", { limit: PLAYLISTS_LIMIT }));
    return false;
  }

  #insertTracks(id: string, added: Track[], index: number): boolean {
    const tracks = this.#tracksOf(id).toSpliced(index, 0, ...added);
    if (tracks.length <= PLAYLIST_LIMIT_TRACKS) return this.#change(id, { tracks });
    notify(t("library.playlist_full", { limit: PLAYLIST_LIMIT_TRACKS }));
    return false;
  }

  /** Takes tracks out that were put in at the end. */
  #takeOut(id: string, added: Track[]): void {
    const tracks = [...this.#tracksOf(id)];
    for (const track of added) {
      const index = tracks.findLastIndex((other) => other.id === track.id);
      if (index >= 0) tracks.splice(index, 1);
    }
    this.#change(id, { tracks });
  }

  /** False when the playlist is gone, or the device will not keep the change. */
  #change(id: string, change: Partial<Playlist>): boolean {
    const playlists = this.#all.map((playlist) =>
      playlist.id === id ? { ...playlist, ...change, changed_at_ms: Date.now() } : playlist,
    );
    return this.find(id) !== undefined && this.#library.keep({ playlists });
  }
}

/** Whether each of these tracks is in the playlist already. */
export function holdsAll(playlist: Playlist, tracks: Track[]): boolean {
  const held = new Set(playlist.tracks.map(({ id }) => id));
  return tracks.every(({ id }) => held.has(id));
}

function cleanName(name: string): string {
  return name.trim().slice(0, PLAYLIST_NAME_LIMIT_CHARS) || t("library.untitled");
}
