import { t } from "../i18n";
import { notify, notifyUndoable } from "../notices";
import { onStoredElsewhere, readStored, writeStored } from "../storage";
import { createStore } from "../store";
import { parseTrack, type Track } from "../track";

/** A playlist of this device. */
export interface Playlist {
  id: string;
  name: string;
  tracks: Track[];
  changed_at_ms: number;
}

/** What a listener keeps on this device. */
export interface LibraryState {
  /** Newest first. */
  likes: Track[];
  playlists: Playlist[];
}

export const LIKES_LIMIT_TRACKS = 2_000;

/**
 * Likes and playlists. Stored on this device; other tabs of it see changes at once. What is done to playlists stands in
 * `playlists.ts`, which is loaded with the pages and dialogs that do it.
 */
export class Library {
  readonly state = createStore<LibraryState>(readLibrary());

  constructor() {
    onStoredElsewhere("library", () => this.state.set(readLibrary()));
  }

  isLiked(id: string): boolean {
    return this.state.get().likes.some((track) => track.id === id);
  }

  /** Likes or unlikes; what the device cannot store is rolled back and said. */
  toggleLike(track: Track): void {
    const { likes } = this.state.get();
    const index = likes.findIndex((other) => other.id === track.id);
    if (index < 0) {
      if (this.#like(track, 0)) notify(t("library.liked"));
    } else if (this.keep({ likes: likes.filter((other) => other.id !== track.id) }))
      notifyUndoable(t("library.unliked"), () => this.isLiked(track.id) || this.#like(track, index));
  }

  /** Shows a change at once, and takes it back when the device will not keep it. */
  keep(change: Partial<LibraryState>): boolean {
    const before = this.state.get();
    this.state.set(change);
    if (writeStored("library", this.state.get())) return true;
    this.state.set(before);
    notify(t("library.not_stored"));
    return false;
  }

  /** Takes over what the server says, stored where that is possible: the listener did nothing that could be undone. */
  renew(change: Partial<LibraryState>): void {
    this.state.set(change);
    writeStored("library", this.state.get());
  }

  #like(track: Track, index: number): boolean {
    const { likes } = this.state.get();
    if (likes.length < LIKES_LIMIT_TRACKS) return this.keep({ likes: likes.toSpliced(index, 0, track) });
    notify(t("library.likes_full", { limit: LIKES_LIMIT_TRACKS }));
    return false;
  }
}

function readLibrary(): LibraryState {
  const stored = readStored<Partial<LibraryState>>("library");
  const tracksOf = (value: unknown) => (Array.isArray(value) ? value.flatMap((track) => parseTrack(track) ?? []) : []);
  const playlists = Array.isArray(stored?.playlists) ? stored.playlists : [];
  return {
    likes: tracksOf(stored?.likes),
    playlists: playlists.map((playlist) => ({
      id: String(playlist.id),
      name: String(playlist.name),
      tracks: tracksOf(playlist.tracks),
      changed_at_ms: Number(playlist.changed_at_ms) || 0,
    })),
  };
}
