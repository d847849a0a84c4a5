import type { Track } from "../track";
import { shuffle } from "./shuffle";

/** One place in the queue. The same track may stand in it twice, so places have keys of their own. */
export interface QueueItem {
  key: string;
  track: Track;
  /** Whether it came with the list that plays or was put in by hand. */
  origin: "source" | "queued";
}

/** The list the music comes from: a chart, an album, a playlist. */
export interface QueueSource {
  id: string;
  title: string;
  page_url: string;
}

export type Repeat = "off" | "all" | "one";
/** The two lists a listener can reorder. */
export type QueueList = "queued" | "upcoming";

/** Everything about what plays and in which order. Plain data: it is stored as JSON. */
export interface QueueState {
  source: QueueSource | null;
  current: QueueItem | null;
  /** What "previous" goes back to, oldest first. */
  past: QueueItem[];
  /** Put in by hand; plays before `upcoming`. */
  queued: QueueItem[];
  /** The rest of the source in the order it will play. */
  upcoming: QueueItem[];
  /** The whole source in its own order: what turning shuffle off goes back to. */
  base: QueueItem[];
  /** Keys of what has played in this round, newest last; shuffle never repeats them. */
  heard: string[];
  shuffled: boolean;
  repeat: Repeat;
  /** The last track has ended and nothing follows. */
  finished: boolean;
}

export type QueueAction =
  | { type: "play_source"; source: QueueSource; tracks: Track[]; start: number | null }
  | { type: "play_next" | "add_last"; tracks: Track[] }
  | { type: "advance"; by: "end" | "listener" }
  | { type: "previous" | "clear" | "rewind" }
  | { type: "jump" | "remove"; key: string }
  | { type: "set_shuffled"; shuffled: boolean }
  | { type: "set_repeat"; repeat: Repeat };

/** Chance and keys are passed in, so that tests know what will happen. */
export interface QueueEnvironment {
  random: () => number;
  newKey: () => string;
}

/** Most places a queue may have; more are left out and the caller says so. */
export const QUEUE_LIMIT_TRACKS = 2_000;
/** How far "previous" can go back. */
export const PAST_LIMIT_TRACKS = 500;
/** Most keys in `heard`: a whole source, and as much put in by hand as "previous" knows. */
export const HEARD_LIMIT_TRACKS = QUEUE_LIMIT_TRACKS + PAST_LIMIT_TRACKS;

/** A queue with nothing in it. */
export const EMPTY_QUEUE: QueueState = {
  source: null,
  current: null,
  past: [],
  queued: [],
  upcoming: [],
  base: [],
  heard: [],
  shuffled: false,
  repeat: "off",
  finished: false,
};

/** How many more tracks fit. */
export function roomInQueue(state: QueueState): number {
  return Math.max(0, QUEUE_LIMIT_TRACKS - state.queued.length - state.upcoming.length);
}

/** What plays after the current track if nobody touches anything; null when that is the end or left to chance. */
export function peekNext(state: QueueState): QueueItem | null {
  if (state.repeat === "one") return state.current;
  const next = state.queued[0] ?? state.upcoming[0];
  if (next) return next;
  return state.repeat === "all" && !state.shuffled ? (state.base[0] ?? null) : null;
}

/** Makes the one function that changes queues. */
export function createQueueReducer(environment: QueueEnvironment) {
  return function reduce(state: QueueState, action: QueueAction): QueueState {
    switch (action.type) {
      case "play_source":
        return playSource(state, action, environment);
      case "play_next":
        return { ...state, queued: [...queuedItems(state, action.tracks, environment), ...state.queued] };
      case "add_last":
        return { ...state, queued: [...state.queued, ...queuedItems(state, action.tracks, environment)] };
      case "advance":
        return advance(state, action.by, environment);
      case "previous":
        return previous(state);
      case "rewind":
        return { ...state, finished: false };
      case "jump":
        return jump(state, action.key);
      case "remove":
        return remove(state, action.key);
      case "clear":
        return { ...state, queued: [], upcoming: [] };
      case "set_shuffled":
        return setShuffled(state, action.shuffled, environment);
      case "set_repeat":
        return { ...state, repeat: action.repeat };
    }
  };
}

function playSource(
  state: QueueState,
  { source, tracks, start }: Extract<QueueAction, { type: "play_source" }>,
  { random, newKey }: QueueEnvironment,
): QueueState {
  const base = tracks
    .slice(0, QUEUE_LIMIT_TRACKS)
    .map((track): QueueItem => ({ key: newKey(), track, origin: "source" }));
  const first = start ?? (state.shuffled ? Math.floor(random() * base.length) : 0);
  const current = base[first];
  if (!current) return state;
  const others = base.filter((item) => item !== current);
  return {
    ...state,
    source,
    base,
    current,
    heard: [current.key],
    past: state.shuffled ? [] : base.slice(0, first),
    upcoming: state.shuffled ? shuffle(others, random) : base.slice(first + 1),
    finished: false,
  };
}

function queuedItems(state: QueueState, tracks: Track[], { newKey }: QueueEnvironment): QueueItem[] {
  return tracks.slice(0, roomInQueue(state)).map((track) => ({ key: newKey(), track, origin: "queued" }));
}

function advance(state: QueueState, by: "end" | "listener", { random }: QueueEnvironment): QueueState {
  if (!state.current) return state;
  if (state.repeat === "one" && by === "end") return { ...state, finished: false };
  const [queued, ...restQueued] = state.queued;
  if (queued) return makeCurrent({ ...state, queued: restQueued }, queued);
  const [upcoming, ...restUpcoming] = state.upcoming;
  if (upcoming) return makeCurrent({ ...state, upcoming: restUpcoming }, upcoming);
  if (state.repeat === "off" || state.base.length === 0) return { ...state, finished: true };
  return startRound(state, random);
}

/** Begins the source again from its top, or in a new random order that does not begin with what just ended. */
function startRound(state: QueueState, random: () => number): QueueState {
  const round = state.shuffled ? shuffle(state.base, random) : [...state.base];
  if (state.shuffled && round.length > 1 && round[0]?.key === state.current?.key)
    round.push(round.shift() as QueueItem);
  const [current, ...upcoming] = round;
  if (!current) return state;
  return { ...state, current, upcoming, past: [], heard: [current.key], finished: false };
}

function makeCurrent(state: QueueState, item: QueueItem): QueueState {
  const past = state.current ? [...state.past, state.current] : state.past;
  return {
    ...state,
    current: item,
    past: past.slice(-PAST_LIMIT_TRACKS),
    heard: hear(state, item),
    finished: false,
  };
}

function hear({ heard }: QueueState, { key }: QueueItem): string[] {
  return [...heard.filter((other) => other !== key), key].slice(-HEARD_LIMIT_TRACKS);
}

function previous(state: QueueState): QueueState {
  const before = state.past.at(-1);
  if (!before || !state.current) return { ...state, finished: false };
  const list = state.current.origin === "queued" ? "queued" : "upcoming";
  return {
    ...state,
    past: state.past.slice(0, -1),
    current: before,
    [list]: [state.current, ...state[list]],
    heard: hear(state, before),
    finished: false,
  };
}

/** Goes to a place in either list; what stood before it in that list counts as skipped. */
function jump(state: QueueState, key: string): QueueState {
  for (const list of ["queued", "upcoming"] as const) {
    const index = state[list].findIndex((item) => item.key === key);
    const item = state[list][index];
    if (!item) continue;
    const skipped = state[list].slice(0, index);
    const past = state.current ? [...state.past, state.current] : state.past;
    return makeCurrent(
      { ...state, current: null, past: [...past, ...skipped], [list]: state[list].slice(index + 1) },
      item,
    );
  }
  return state;
}

function remove(state: QueueState, key: string): QueueState {
  const without = (items: QueueItem[]) => items.filter((item) => item.key !== key);
  return { ...state, queued: without(state.queued), upcoming: without(state.upcoming), base: without(state.base) };
}

function setShuffled(state: QueueState, shuffled: boolean, { random }: QueueEnvironment): QueueState {
  if (shuffled === state.shuffled) return state;
  if (shuffled) {
    const taken = new Set([...state.heard, ...state.queued.map((item) => item.key)]);
    const rest = state.base.filter((item) => !taken.has(item.key));
    const past = state.past.filter((item) => item.origin === "queued" || taken.has(item.key));
    return { ...state, shuffled, past, upcoming: shuffle(rest, random), finished: false };
  }
  const place = state.base.findIndex((item) => item.key === lastSourceKey(state));
  const queued = new Set(state.queued.map((item) => item.key));
  const own = (items: QueueItem[]) => items.filter((item) => !queued.has(item.key));
  return {
    ...state,
    shuffled,
    past: own(state.base.slice(0, Math.max(0, place))),
    upcoming: own(state.base.slice(place + 1)),
  };
}

/** Where in the source we are, also while something from outside it plays. */
function lastSourceKey(state: QueueState): string | undefined {
  const own = new Set(state.base.map((item) => item.key));
  return state.heard.findLast((key) => own.has(key));
}
