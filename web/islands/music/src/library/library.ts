import { t } from "../i18n";
import { notify } from "../notices";
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
export const PLAYLISTS_LIMIT = 200;
export const PLAYLIST_LIMIT_TRACKS = 1_000;
export const PLAYLIST_NAME_LIMIT_CHARS = 80;

/** Likes and playlists. Stored on this device; other tabs of it see changes at once. */
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
    const liked = this.isLiked(track.id);
    if (!liked && likes.length >= LIKES_LIMIT_TRACKS) {
      notify(t("library.likes_full", { limit: LIKES_LIMIT_TRACKS }));
      return;
    }
    const next = liked ? likes.filter((other) => other.id !== track.id) : [track, ...likes];
    if (!this.#store({ likes: next })) return;
    if (liked) notify(t("library.unliked"), this.#undo({ likes }));
    else notify(t("library.liked"));
  }

  /** Makes a playlist and returns its id, or null when there is no room. */
  create(name: string, tracks: Track[]): string | null {
    const { playlists } = this.state.get();
    if (playlists.length >= PLAYLISTS_LIMIT) {
      notify(t("library.playlists_full", { limit: PLAYLISTS_LIMIT }));
      return null;
    }
    const id = crypto.randomUUID();
    const playlist = {
      id,
      name: cleanName(name),
      tracks: tracks.slice(0, PLAYLIST_LIMIT_TRACKS),
      changed_at_ms: Date.now(),
    };
    if (!this.#store({ playlists: [playlist, ...playlists] })) return null;
    notify(t("library.playlist_made", { name: playlist.name }));
    return id;
  }

  add(id: string, tracks: Track[]): void {
    const playlist = this.find(id);
    if (!playlist) return;
    if (playlist.tracks.length + tracks.length > PLAYLIST_LIMIT_TRACKS) {
      notify(t("library.playlist_full", { limit: PLAYLIST_LIMIT_TRACKS }));
      return;
    }
    const before = this.state.get().playlists;
    if (this.#change(id, { tracks: [...playlist.tracks, ...tracks] }))
      notify(t("library.added_to", { name: playlist.name }), this.#undo({ playlists: before }));
  }

  rename(id: string, name: string): void {
    this.#change(id, { name: cleanName(name) });
  }

  /** Puts the track at `from` to where `to` is. */
  move(id: string, from: number, to: number): void {
    const tracks = [...(this.find(id)?.tracks ?? [])];
    const [moved] = tracks.splice(from, 1);
    if (!moved || to < 0 || to > tracks.length) return;
    tracks.splice(to, 0, moved);
    this.#change(id, { tracks });
  }

  removeTrack(id: string, index: number): void {
    const playlist = this.find(id);
    if (!playlist) return;
    const before = this.state.get().playlists;
    const tracks = playlist.tracks.filter((_track, other) => other !== index);
    if (this.#change(id, { tracks })) notify(t("library.track_removed"), this.#undo({ playlists: before }));
  }

  delete(id: string): void {
    const playlist = this.find(id);
    const { playlists } = this.state.get();
    if (playlist && this.#store({ playlists: playlists.filter((other) => other.id !== id) }))
      notify(t("library.playlist_deleted", { name: playlist.name }), this.#undo({ playlists }));
  }

  find(id: string): Playlist | undefined {
    return this.state.get().playlists.find((playlist) => playlist.id === id);
  }

  #change(id: string, change: Partial<Playlist>): boolean {
    const playlists = this.state
      .get()
      .playlists.map((playlist) =>
        playlist.id === id ? { ...playlist, ...change, changed_at_ms: Date.now() } : playlist,
      );
    return this.#store({ playlists });
  }

  #undo(before: Partial<LibraryState>) {
    return { label: t("player.undo"), run: () => void this.#store(before) };
  }

  /** Shows a change at once, and takes it back when the device will not keep it. */
  #store(change: Partial<LibraryState>): boolean {
    const before = this.state.get();
    this.state.set(change);
    if (writeStored("library", this.state.get())) return true;
    this.state.set(before);
    notify(t("library.not_stored"));
    return false;
  }
}

function cleanName(name: string): string {
  return name.trim().slice(0, PLAYLIST_NAME_LIMIT_CHARS) || t("library.untitled");
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
