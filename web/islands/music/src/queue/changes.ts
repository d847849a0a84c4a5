// What menus and panels do to the queue, and how it is taken back. Loaded with them, not with the player.
import { t } from "../i18n";
import { notify, notifyUndoable } from "../notices";
import type { Player } from "../player";
import type { Track } from "../track";
import { type QueueAction, type QueueItem, type QueueList, type QueueState, roomInQueue } from "./queue";

/** Adds tracks to the queue and says so, with a way back. */
export function enqueue(player: Player, tracks: Track[], where: "play_next" | "add_last"): void {
  const before = player.queue.get();
  if (!before.current) {
    player.playSource({ id: "queue", title: t("queue.title"), page_url: "" }, tracks, 0);
    return;
  }
  if (roomInQueue(before) < tracks.length) notify(t("queue.full"));
  changeQueue(player, { type: where, tracks }, where === "play_next" ? t("queue.added_next") : t("queue.added_last"));
}

/** Changes the queue in a way that can be taken back for five seconds. */
export function changeQueue(player: Player, action: QueueAction, said: string): void {
  const from = player.queue.get();
  player.dispatch(action);
  const to = player.queue.get();
  notifyUndoable(said, () => player.edit((state) => takeBack(state, from, to)));
}

/** Puts what stands at a key to a place in one of the two lists. */
export function moveItem(state: QueueState, key: string, list: QueueList, index: number): QueueState {
  const item = [...state.queued, ...state.upcoming].find((candidate) => candidate.key === key);
  if (!item) return state;
  const without = (items: QueueItem[]) => items.filter((candidate) => candidate.key !== key);
  const lists = { queued: without(state.queued), upcoming: without(state.upcoming) };
  lists[list].splice(index, 0, { ...item, origin: list === "queued" ? "queued" : "source" });
  const moved = { ...state, ...lists };
  return state.shuffled || !state.base.some((candidate) => candidate.key === key) ? moved : followOrder(moved);
}

/** Without shuffle the listener's order is the source's order, so that repeating and un-shuffling keep it. */
function followOrder(state: QueueState): QueueState {
  const waiting = new Set(state.upcoming.map((item) => item.key));
  const played = state.base.filter((item) => !waiting.has(item.key) && !state.queued.some((q) => q.key === item.key));
  return { ...state, base: [...played, ...state.upcoming] };
}

/**
 * Takes back what led from one state to the other, and nothing of what came after it: out goes what was put in, back
 * comes what was taken out, behind what stood before it.
 */
export function takeBack(state: QueueState, from: QueueState, to: QueueState): QueueState {
  const keysOf = (...lists: (QueueItem | null)[][]) => new Set(lists.flat().map((item) => item?.key));
  const back = (list: QueueList | "base", present: Set<string | undefined>) => {
    const [before, after] = [keysOf(from[list]), keysOf(to[list])];
    const items = state[list].filter(({ key }) => before.has(key) || !after.has(key));
    // Another list plays by now: its order is its own.
    if (list !== "queued" && state.source !== from.source) return items;
    // The source has an order of its own, whatever has played of it.
    const order = [...(list === "base" ? before : keysOf(from.past, [from.current], from[list]))];
    const places = new Map(order.map((key, place) => [key, place]));
    for (const item of from[list]) {
      if (after.has(item.key) || present.has(item.key)) continue;
      const place = places.get(item.key) ?? 0;
      items.splice(items.findLastIndex(({ key }) => (places.get(key) ?? place) < place) + 1, 0, item);
    }
    return items;
  };
  const present = keysOf(state.past, [state.current], state.queued, state.upcoming);
  const [queued, upcoming] = [back("queued", present), back("upcoming", present)];
  return { ...state, queued, upcoming, base: back("base", keysOf(state.base)), finished: false };
}
