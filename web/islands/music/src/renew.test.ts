import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Library } from "./library/library";
import { notices } from "./notices";
import type { Player } from "./player";
import { createQueueReducer, EMPTY_QUEUE, type QueueState } from "./queue/queue";
import { ASKED_LIMIT_TRACKS, renewLibrary, renewQueue } from "./renew";
import { createStore } from "./store";
import { parseTrack, type Track } from "./track";

/** As a row had it in the first minutes: without renditions, and named after its file. */
const early = (id: string) =>
  parseTrack({ id, title: `${id}.flac`, stream_url: `/s/${id}`, duration_ms: 1_000 }) as Track;
const today = (id: string) => ({ ...early(id), title: id, hls_url: `/h/${id}`, cover_urls: { 96: `/c/${id}-96` } });
const kept = (id: string) => ({ ...early(id), title: id, hls_url: `/h/${id}`, cover_url: `/c/${id}-96` });

/** How many tracks each request asked for. */
let asked: number[];

/** A server that knows every track but those named `gone`. */
beforeEach(() => {
  asked = [];
  localStorage.clear();
  vi.stubGlobal("fetch", async (url: string) => {
    const ids = new URL(url, location.href).searchParams.get("ids")?.split(",") ?? [];
    asked.push(ids.length);
    return Response.json({ items: ids.filter((id) => id !== "gone").map(today), next: null });
  });
});
afterEach(() => vi.unstubAllGlobals());

function playerOf(tracks: Track[], start: number): Player {
  let keys = 0;
  const reduce = createQueueReducer({ random: () => 0, newKey: () => String(keys++) });
  const source = { id: "s", title: "", page_url: "" };
  const queue = createStore<QueueState>(reduce(EMPTY_QUEUE, { type: "play_source", source, tracks, start }));
  return { queue, edit: queue.set } as Partial<Player> as Player;
}

it("brings every place of a queue up to date, and keeps what the server no longer names", async () => {
  const player = playerOf(["a", "b", "gone"].map(early), 1);
  const { key } = player.queue.get().current ?? {};
  await renewQueue(player);
  const { past, current, upcoming, base } = player.queue.get();
  expect(current).toEqual({ key, track: kept("b"), origin: "source" });
  expect([...past, ...upcoming].map(({ track }) => track)).toEqual([kept("a"), early("gone")]);
  expect(base.map(({ track }) => track)).toEqual([kept("a"), kept("b"), early("gone")]);
  expect(asked).toEqual([3]);
  const before = player.queue.get();
  await renewQueue(player);
  expect(player.queue.get()).toBe(before);
});

it("asks for no more at once than an address can hold, and no further where nobody answers", async () => {
  const many = Array.from({ length: ASKED_LIMIT_TRACKS + 1 }, (_, index) => early(`t${index}`));
  await renewQueue(playerOf(many, 0));
  expect(asked).toEqual([ASKED_LIMIT_TRACKS, 1]);
  const fetched = vi.fn(() => Promise.reject(new TypeError("no link")));
  vi.stubGlobal("fetch", fetched);
  const player = playerOf(many, 0);
  await renewQueue(player);
  expect(fetched).toHaveBeenCalledOnce();
  expect(player.queue.get().current?.track).toEqual(early("t0"));
});

it("brings a view of the library up to date wherever its tracks stand, and stores that", async () => {
  const library = new Library();
  const playlist = { id: "p", name: "P", tracks: [early("a"), early("b")], changed_at_ms: 1 };
  library.keep({ likes: [early("a"), early("c")], playlists: [playlist] });
  await renewLibrary(library, "likes");
  const stored = () => new Library().state.get();
  expect(stored().likes).toEqual([kept("a"), kept("c")]);
  expect(stored().playlists).toEqual([{ ...playlist, tracks: [kept("a"), early("b")] }]);
  await renewLibrary(library, "p");
  expect(stored().playlists[0]?.tracks).toEqual([kept("a"), kept("b")]);
  const before = library.state.get();
  await renewLibrary(library, "likes");
  expect(library.state.get()).toBe(before);
});

it("says nothing where the device cannot store what is new", async () => {
  const library = new Library();
  library.keep({ likes: [early("a")] });
  notices.set({ shown: [] });
  const setItem = vi.fn(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  vi.stubGlobal("localStorage", { setItem });
  await renewLibrary(library, "likes");
  expect(setItem).toHaveBeenCalled();
  expect(library.state.get().likes).toEqual([kept("a")]);
  expect(notices.get().shown).toEqual([]);
});
