import { beforeEach, describe, expect, it } from "vitest";
import type { Track } from "../track";
import { moveItem, takeBack } from "./changes";
import {
  createQueueReducer,
  EMPTY_QUEUE,
  HEARD_LIMIT_TRACKS,
  PAST_LIMIT_TRACKS,
  peekNext,
  QUEUE_LIMIT_TRACKS,
  type QueueAction,
  type QueueState,
} from "./queue";
import { packQueue, unpackQueue } from "./stored-queue";

const SOURCE = { id: "album:1", title: "Album", page_url: "/music/albums/1" };

function track(id: string): Track {
  return {
    id,
    title: id,
    artists: [],
    album: null,
    duration_ms: 1_000,
    track_gain_db: null,
    album_gain_db: null,
    hls_url: null,
    stream_url: `/s/${id}`,
    cover_url: null,
    page_url: "",
  };
}

const ids = (items: { track: Track }[]) => items.map((item) => item.track.id).join("");
const tracks = (names: string) => [...names].map(track);

let reduce: (state: QueueState, action: QueueAction) => QueueState;
let state: QueueState;
const run = (...actions: QueueAction[]) => {
  for (const action of actions) state = reduce(state, action);
};
/** Does something, then more, then takes the first back. */
const takeBackAfter = (action: QueueAction, ...more: QueueAction[]) => {
  const from = state;
  run(action);
  const to = state;
  run(...more);
  state = takeBack(state, from, to);
};
const keyOf = (id: string) => [...state.queued, ...state.upcoming].find((item) => item.track.id === id)?.key ?? "";

beforeEach(() => {
  let keys = 0;
  // Always the lowest number: Fisher-Yates then turns abcde into bcdea.
  reduce = createQueueReducer({ random: () => 0, newKey: () => String(keys++) });
  state = EMPTY_QUEUE;
});

describe("playing a list", () => {
  it("starts at the chosen track and keeps what stands before it as past", () => {
    run({ type: "play_source", source: SOURCE, tracks: tracks("abcd"), start: 1 });
    expect([ids(state.past), state.current?.track.id, ids(state.upcoming)]).toEqual(["a", "b", "cd"]);
  });

  it("changes nothing when there is nothing to play", () => {
    run({ type: "play_source", source: SOURCE, tracks: [], start: 0 });
    expect(state).toBe(EMPTY_QUEUE);
  });

  it("ends after the last track when nothing repeats", () => {
    run({ type: "play_source", source: SOURCE, tracks: tracks("ab"), start: 1 }, { type: "advance", by: "end" });
    expect([state.finished, state.current?.track.id]).toEqual([true, "b"]);
    expect(peekNext(state)).toBeNull();
  });

  it("takes no more than the limit", () => {
    const many = Array.from({ length: QUEUE_LIMIT_TRACKS + 5 }, (_, index) => track(String(index)));
    run({ type: "play_source", source: SOURCE, tracks: many, start: 0 });
    expect(state.upcoming.length).toBe(QUEUE_LIMIT_TRACKS - 1);
    run({ type: "add_last", tracks: tracks("xyz") });
    expect(ids(state.queued)).toBe("x");
  });
});

describe("adding", () => {
  it("plays next before what was added last, and both before the source", () => {
    run(
      { type: "play_source", source: SOURCE, tracks: tracks("ab"), start: 0 },
      { type: "add_last", tracks: tracks("y") },
      { type: "play_next", tracks: tracks("x") },
    );
    expect(peekNext(state)?.track.id).toBe("x");
    run({ type: "advance", by: "end" });
    expect(state.current?.track.id).toBe("x");
    run({ type: "advance", by: "end" }, { type: "advance", by: "end" });
    expect([state.current?.track.id, ids(state.past)]).toEqual(["b", "axy"]);
  });

  it("goes back the way it came", () => {
    run(
      { type: "play_source", source: SOURCE, tracks: tracks("ab"), start: 0 },
      { type: "play_next", tracks: tracks("x") },
      { type: "advance", by: "listener" },
      { type: "previous" },
    );
    expect([state.current?.track.id, ids(state.queued), ids(state.upcoming)]).toEqual(["a", "x", "b"]);
  });
});

describe("reordering", () => {
  beforeEach(() => run({ type: "play_source", source: SOURCE, tracks: tracks("abcd"), start: 0 }));

  it("moves within the source and keeps that order for repeating", () => {
    state = moveItem(state, keyOf("d"), "upcoming", 0);
    expect([ids(state.upcoming), ids(state.base)]).toEqual(["dbc", "adbc"]);
  });

  it("moves between the lists", () => {
    state = moveItem(state, keyOf("c"), "queued", 0);
    expect([ids(state.queued), ids(state.upcoming), state.queued[0]?.origin]).toEqual(["c", "bd", "queued"]);
  });

  it("skips what stands before a place that is jumped to", () => {
    run({ type: "jump", key: keyOf("c") });
    expect([state.current?.track.id, ids(state.past), ids(state.upcoming)]).toEqual(["c", "ab", "d"]);
  });

  it("takes a removal back, but not over a track that has begun since", () => {
    takeBackAfter({ type: "remove", key: keyOf("c") }, { type: "advance", by: "end" });
    expect([state.current?.track.id, ids(state.upcoming), ids(state.base)]).toEqual(["b", "cd", "abcd"]);
  });

  it("takes a removal back to its place in the source, in whatever order it plays", () => {
    run({ type: "set_shuffled", shuffled: true }, { type: "advance", by: "end" });
    const key = state.upcoming[0]?.key ?? "";
    takeBackAfter({ type: "remove", key });
    expect(ids(state.base)).toBe("abcd");
  });

  it("takes back nothing that has ended since, however long the past is", () => {
    const many = Array.from({ length: PAST_LIMIT_TRACKS + 2 }, (_, index) => track(String(index)));
    run(
      { type: "play_source", source: SOURCE, tracks: many, start: PAST_LIMIT_TRACKS },
      { type: "add_last", tracks: tracks("xyzx") },
    );
    takeBackAfter({ type: "remove", key: keyOf("z") }, { type: "advance", by: "end" }, { type: "advance", by: "end" });
    expect([state.current?.track.id, ids(state.queued)]).toEqual(["y", "zx"]);
  });

  it("takes clearing back", () => {
    run({ type: "add_last", tracks: tracks("x") });
    takeBackAfter({ type: "clear" });
    expect(ids(state.queued) + ids(state.upcoming)).toBe("xbcd");
  });

  it("keeps the track that went back into the list when one before it began", () => {
    run({ type: "advance", by: "end" });
    takeBackAfter({ type: "clear" }, { type: "previous" });
    expect([state.current?.track.id, ids(state.upcoming)]).toEqual(["a", "bcd"]);
    run({ type: "add_last", tracks: tracks("xy") }, { type: "advance", by: "end" });
    takeBackAfter({ type: "remove", key: keyOf("y") }, { type: "previous" });
    expect([state.current?.track.id, ids(state.queued), ids(state.upcoming)]).toEqual(["a", "xy", "bcd"]);
  });

  it("takes back only its own: what was put in or played after it stays", () => {
    takeBackAfter({ type: "add_last", tracks: tracks("x") }, { type: "add_last", tracks: tracks("y") });
    expect(ids(state.queued)).toBe("y");
    takeBackAfter({ type: "play_next", tracks: tracks("z") }, { type: "advance", by: "listener" });
    expect([state.current?.track.id, ids(state.queued)]).toEqual(["z", "y"]);
    const other: QueueAction = { type: "play_source", source: { ...SOURCE, id: "b" }, tracks: tracks("mn"), start: 0 };
    takeBackAfter({ type: "clear" }, other);
    expect([state.current?.track.id, ids(state.queued), ids(state.upcoming)]).toEqual(["m", "y", "n"]);
  });

  it("brings nothing back twice", () => {
    takeBackAfter({ type: "clear" }, { type: "set_shuffled", shuffled: true });
    expect([...ids(state.upcoming)].sort().join("")).toBe("bcd");
  });
});

describe("shuffle and repeat", () => {
  it("keeps the current track and restores the order", () => {
    run(
      { type: "play_source", source: SOURCE, tracks: tracks("abcde"), start: 2 },
      { type: "set_shuffled", shuffled: true },
    );
    expect([state.current?.track.id, ids(state.upcoming)]).toEqual(["c", "bdea"]);
    run({ type: "advance", by: "end" }, { type: "set_shuffled", shuffled: false });
    expect([ids(state.past), state.current?.track.id, ids(state.upcoming)]).toEqual(["a", "b", "cde"]);
  });

  it("repeats no track until all have played", () => {
    run(
      { type: "set_shuffled", shuffled: true },
      { type: "play_source", source: SOURCE, tracks: tracks("abcdefgh"), start: 3 },
    );
    const heard = [state.current?.track.id];
    while (peekNext(state)) {
      run({ type: "advance", by: "end" });
      heard.push(state.current?.track.id);
    }
    expect(heard.sort().join("")).toBe("abcdefgh");
  });

  it("does not shuffle again what has already played", () => {
    run(
      { type: "play_source", source: SOURCE, tracks: tracks("abcd"), start: 0 },
      { type: "advance", by: "end" },
      { type: "set_shuffled", shuffled: true },
    );
    expect([state.current?.track.id, ids(state.past), [...ids(state.upcoming)].sort().join("")]).toEqual([
      "b",
      "a",
      "cd",
    ]);
  });

  it("begins the source again with repeat all, not with the track that just ended", () => {
    run({ type: "set_repeat", repeat: "all" }, { type: "play_source", source: SOURCE, tracks: tracks("ab"), start: 1 });
    expect(peekNext(state)?.track.id).toBe("a");
    run({ type: "advance", by: "end" });
    expect([state.current?.track.id, ids(state.upcoming)]).toEqual(["a", "b"]);
    // Shuffled, the round "ba" would begin with what just ended, so it begins with the other.
    run({ type: "advance", by: "end" }, { type: "set_shuffled", shuffled: true }, { type: "advance", by: "end" });
    expect(state.current?.track.id).toBe("a");
  });

  it("repeats one by itself, but lets the listener go on", () => {
    run(
      { type: "play_source", source: SOURCE, tracks: tracks("ab"), start: 0 },
      { type: "set_repeat", repeat: "one" },
      { type: "advance", by: "end" },
    );
    expect([state.current?.track.id, peekNext(state)?.track.id]).toEqual(["a", "a"]);
    run({ type: "advance", by: "listener" });
    expect(state.current?.track.id).toBe("b");
  });
});

describe("what was heard", () => {
  it("does not grow by going back and forth, nor without end by what is put in", () => {
    run({ type: "play_source", source: SOURCE, tracks: tracks("ab"), start: 0 }, { type: "advance", by: "end" });
    for (let times = 0; times < 3; times += 1) run({ type: "previous" }, { type: "advance", by: "listener" });
    expect(state.heard.length).toBe(2);
    for (let times = 0; times < HEARD_LIMIT_TRACKS; times += 1)
      run({ type: "play_next", tracks: tracks("x") }, { type: "advance", by: "end" });
    expect(state.heard.length).toBe(HEARD_LIMIT_TRACKS);
    expect(state.heard.at(-1)).toBe(state.current?.key);
  });
});

describe("storing", () => {
  it("comes back as it was", () => {
    run(
      { type: "play_source", source: SOURCE, tracks: tracks("abca"), start: 1 },
      { type: "add_last", tracks: tracks("x") },
      { type: "set_shuffled", shuffled: true },
    );
    const stored = JSON.parse(JSON.stringify(packQueue(state)));
    expect(unpackQueue(stored)).toEqual(state);
    expect(Object.keys(stored.tracks).sort().join("")).toBe("abcx");
  });

  it("is empty when what is stored cannot be understood", () => {
    for (const value of [
      null,
      7,
      {},
      { version: 2 },
      { version: 1, items: { a: { track: "b" } }, tracks: {}, lists: {} },
    ])
      expect(unpackQueue(value)).toMatchObject({ current: null, upcoming: [] });
  });
});
