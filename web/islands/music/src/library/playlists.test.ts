import { beforeEach, expect, it } from "vitest";
import { notices } from "../notices";
import type { Track } from "../track";
import { Library } from "./library";
import { PLAYLIST_LIMIT_TRACKS, Playlists } from "./playlists";

let library: Library;
let playlists: Playlists;

const track = (id: string) => ({ id, title: id, stream_url: `/s/${id}`, duration_ms: 1_000 }) as Track;
const tracksOf = (id: string) =>
  playlists
    .find(id)
    ?.tracks.map((track) => track.id)
    .join("");
const names = () => library.state.get().playlists.map(({ name }) => name);
/** Does something, and says how to take it back. */
const undoOf = (action: () => void) => {
  action();
  return notices.get().shown.at(-1)?.action?.run ?? (() => {});
};

/** What another tab of this device does. */
function elsewhere(change: (other: Library) => void): void {
  change(new Library());
  dispatchEvent(new StorageEvent("storage", { key: "haas.music.library" }));
}

beforeEach(() => {
  localStorage.clear();
  notices.set({ shown: [] });
  library = new Library();
  playlists = new Playlists(library);
});

it("brings a deleted playlist back and keeps what went into another one since", () => {
  const y = playlists.create("Y", []) ?? "";
  const x = playlists.create("X", [track("a")]) ?? "";
  const undo = undoOf(() => playlists.delete(x));
  playlists.add(y, [track("b")]);
  elsewhere((other) => new Playlists(other).create("Z", []));
  undo();
  expect(names().sort()).toEqual(["X", "Y", "Z"]);
  expect([tracksOf(x), tracksOf(y)]).toEqual(["a", "b"]);
});

it("takes out of a playlist only what it had put in", () => {
  const id = playlists.create("X", [track("a"), track("b")]) ?? "";
  const undo = undoOf(() => playlists.add(id, [track("a"), track("c")]));
  playlists.add(id, [track("d")]);
  undo();
  expect(tracksOf(id)).toBe("abd");
});

it("says what is in a playlist already, and puts it in once more all the same", () => {
  const id = playlists.create("X", [track("a")]) ?? "";
  const said = (tracks: Track[]) => {
    playlists.add(id, tracks);
    return notices.get().shown.at(-1)?.text;
  };
  expect(said([track("a"), track("b")])).toBe("library.added_to");
  expect(said([track("b"), track("a")])).toBe("library.added_again");
  expect(tracksOf(id)).toBe("aabba");
});

it("puts a track back to its place, if the playlist is still there", () => {
  const id = playlists.create("X", [track("a"), track("b"), track("c")]) ?? "";
  const undo = undoOf(() => playlists.removeTrack(id, 1));
  playlists.add(id, [track("d")]);
  undo();
  expect(tracksOf(id)).toBe("abcd");
  const late = undoOf(() => playlists.removeTrack(id, 0));
  playlists.delete(id);
  late();
  expect(names()).toEqual([]);
});

it("keeps a playlist within its limit, also when something is put back", () => {
  const many = Array.from({ length: PLAYLIST_LIMIT_TRACKS }, (_, index) => track(`t${index}`));
  const id = playlists.create("X", many) ?? "";
  const undo = undoOf(() => playlists.removeTrack(id, 0));
  playlists.add(id, [track("new")]);
  undo();
  expect(playlists.find(id)?.tracks).toHaveLength(PLAYLIST_LIMIT_TRACKS);
  expect(notices.get().shown.at(-1)?.text).toBe("library.playlist_full");
});
