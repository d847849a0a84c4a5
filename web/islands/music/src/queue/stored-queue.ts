import { parseTrack, type Track } from "../track";
import { EMPTY_QUEUE, type QueueItem, type QueueState } from "./queue";

/** The queue as it is stored: every track once, however often it stands in the lists. */
interface StoredQueue {
  version: 1;
  tracks: Record<string, Track>;
  items: Record<string, { track: string; origin: QueueItem["origin"] }>;
  lists: Record<ListName, string[]>;
  current: string | null;
  source: QueueState["source"];
  heard: string[];
  shuffled: boolean;
  repeat: QueueState["repeat"];
}

const LISTS = ["past", "queued", "upcoming", "base"] as const;
type ListName = (typeof LISTS)[number];

/** The queue as plain data to store. */
export function packQueue(state: QueueState): StoredQueue {
  const stored: StoredQueue = {
    version: 1,
    tracks: {},
    items: {},
    lists: { past: [], queued: [], upcoming: [], base: [] },
    current: state.current?.key ?? null,
    source: state.source,
    heard: state.heard,
    shuffled: state.shuffled,
    repeat: state.repeat,
  };
  const keep = (item: QueueItem) => {
    stored.tracks[item.track.id] = item.track;
    stored.items[item.key] = { track: item.track.id, origin: item.origin };
    return item.key;
  };
  for (const list of LISTS) stored.lists[list] = state[list].map(keep);
  if (state.current) keep(state.current);
  return stored;
}

/** The queue that was stored; empty when there is none or it cannot be understood. */
export function unpackQueue(value: unknown): QueueState {
  const stored = value as Partial<StoredQueue> | null;
  if (stored?.version !== 1 || !stored.items || !stored.tracks || !stored.lists) return EMPTY_QUEUE;
  const items = new Map<string, QueueItem>();
  for (const [key, { track, origin }] of Object.entries(stored.items)) {
    const parsed = parseTrack(stored.tracks[track]);
    if (parsed) items.set(key, { key, track: parsed, origin: origin === "queued" ? "queued" : "source" });
  }
  const list = (name: ListName) => (stored.lists?.[name] ?? []).flatMap((key) => items.get(key) ?? []);
  return {
    source: stored.source ?? null,
    current: items.get(stored.current ?? "") ?? null,
    past: list("past"),
    queued: list("queued"),
    upcoming: list("upcoming"),
    base: list("base"),
    heard: Array.isArray(stored.heard) ? stored.heard : [],
    shuffled: stored.shuffled === true,
    repeat: stored.repeat === "all" || stored.repeat === "one" ? stored.repeat : "off",
    finished: false,
  };
}
