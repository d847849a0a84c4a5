import { beforeEach, expect, it, vi } from "vitest";
import { notices } from "../notices";
import type { Track } from "../track";
import { LIKES_LIMIT_TRACKS, Library } from "./library";

let library: Library;

const track = (id: string) => ({ id, title: id, stream_url: `/s/${id}`, duration_ms: 1_000 }) as Track;
const ids = (tracks: Track[]) => tracks.map(({ id }) => id).join("");
const likes = () => ids(library.state.get().likes);
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
  for (const id of "cba") library.toggleLike(track(id));
});

it("takes an unlike back to its place, and keeps what was liked since", () => {
  const undo = undoOf(() => library.toggleLike(track("b")));
  library.toggleLike(track("d"));
  elsewhere((other) => other.toggleLike(track("e")));
  expect(likes()).toBe("edac");
  undo();
  expect(likes()).toBe("ebdac");
  expect(new Library().isLiked("b")).toBe(true);
});

it("likes nothing twice, and no more than there is room for", () => {
  const undo = undoOf(() => library.toggleLike(track("b")));
  library.toggleLike(track("b"));
  undo();
  expect(likes()).toBe("bac");
  const many = Array.from({ length: LIKES_LIMIT_TRACKS }, (_, index) => track(`t${index}`));
  library.state.set({ likes: many });
  const late = undoOf(() => library.toggleLike(track("t0")));
  library.toggleLike(track("new"));
  late();
  expect([library.state.get().likes.length, library.isLiked("t0")]).toEqual([LIKES_LIMIT_TRACKS, false]);
});

it("rolls back what the device will not keep", () => {
  const setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  vi.stubGlobal("localStorage", { setItem });
  library.toggleLike(track("d"));
  vi.unstubAllGlobals();
  expect(likes()).toBe("abc");
  expect(notices.get().shown.at(-1)?.text).toBe("library.not_stored");
});
