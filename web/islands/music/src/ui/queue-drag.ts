import { type PointerEvent, type RefObject, useMemo, useRef, useState } from "react";
import type { QueueList } from "../queue/queue";

/** Where a dragged place would fall. */
export interface Drop {
  key: string;
  side: "before" | "after";
}

/** What a handle does with the pointer. The same for all places: each finds out by itself which one it is. */
export interface DragHandlers {
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
}

interface Drag {
  key: string;
  drop: Drop | null;
}

/** What the list that is dragged in knows. */
interface DragList {
  placeOf: (key: string) => { list: QueueList; index: number } | null;
  move: (key: string, list: QueueList, index: number) => void;
}

/** Distance from the edge of the panel at which it begins to scroll, and how far per frame. */
const EDGE_PX = 48;
const SCROLL_STEP_PX = 10;

/** Dragging with mouse, pen or finger. The keyboard has Alt+Up and Alt+Down. */
export function useQueueDrag(body: RefObject<HTMLElement | null>, list: DragList) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const latest = useRef(list);
  latest.current = list;
  const dragging = useMemo(() => createDragging(body, latest, setDrag), [body]);
  return { drag, ...dragging };
}

function createDragging(
  body: RefObject<HTMLElement | null>,
  list: RefObject<DragList>,
  show: (drag: Drag | null) => void,
): { handlers: DragHandlers; cancel: () => void } {
  let live: Drag | null = null;
  let pointer = { x: 0, y: 0 };
  let frame = 0;
  const set = (next: Drag | null) => {
    live = next;
    show(next);
  };
  const follow = () => {
    const element = body.current;
    if (!element || !live) return;
    const box = element.getBoundingClientRect();
    if (pointer.y < box.top + EDGE_PX) element.scrollBy(0, -SCROLL_STEP_PX);
    else if (pointer.y > box.bottom - EDGE_PX) element.scrollBy(0, SCROLL_STEP_PX);
    const drop = dropAt(pointer.x, pointer.y);
    if (drop?.key !== live.drop?.key || drop?.side !== live.drop?.side) set({ ...live, drop });
    frame = requestAnimationFrame(follow);
  };
  const end = (commit: boolean) => {
    cancelAnimationFrame(frame);
    const ended = live;
    set(null);
    if (!commit || !ended?.drop || ended.drop.key === ended.key) return;
    const place = list.current.placeOf(ended.drop.key);
    const from = list.current.placeOf(ended.key);
    if (!place || !from) return;
    // Taking the place out first moves what follows it one up.
    const shift = from.list === place.list && from.index < place.index ? -1 : 0;
    list.current.move(ended.key, place.list, place.index + (ended.drop.side === "after" ? 1 : 0) + shift);
  };
  return {
    cancel: () => end(false),
    handlers: {
      onPointerDown: (event) => {
        const key = event.currentTarget.closest<HTMLElement>("[data-key]")?.dataset.key;
        if (event.button !== 0 || key === undefined) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pointer = { x: event.clientX, y: event.clientY };
        set({ key, drop: null });
        frame = requestAnimationFrame(follow);
      },
      onPointerMove: (event) => {
        pointer = { x: event.clientX, y: event.clientY };
      },
      onPointerUp: () => end(true),
      onPointerCancel: () => end(false),
    },
  };
}

function dropAt(x: number, y: number): Drop | null {
  const item = document.elementFromPoint(x, y)?.closest<HTMLElement>(".queue-item[data-key]");
  const key = item?.dataset.key;
  if (!item || !key) return null;
  const box = item.getBoundingClientRect();
  return { key, side: y < box.top + box.height / 2 ? "before" : "after" };
}
