import { type PointerEvent, useRef, useState } from "react";
import type { QueueList } from "../queue/queue";

/** Where a dragged place would fall. */
export interface Drop {
  key: string;
  side: "before" | "after";
}

interface Drag {
  key: string;
  drop: Drop | null;
}

/** Distance from the edge of the panel at which it begins to scroll, and how far per frame. */
const EDGE_PX = 48;
const SCROLL_STEP_PX = 10;

/** Dragging with mouse, pen or finger. The keyboard has Alt+Up and Alt+Down. */
export function useQueueDrag(
  body: React.RefObject<HTMLElement | null>,
  placeOf: (key: string) => { list: QueueList; index: number } | null,
  move: (key: string, list: QueueList, index: number) => void,
) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const live = useRef<Drag | null>(null);
  const pointer = useRef({ x: 0, y: 0 });
  const frame = useRef(0);

  const set = (next: Drag | null) => {
    live.current = next;
    setDrag(next);
  };
  const follow = () => {
    const element = body.current;
    const current = live.current;
    if (!element || !current) return;
    const box = element.getBoundingClientRect();
    if (pointer.current.y < box.top + EDGE_PX) element.scrollBy(0, -SCROLL_STEP_PX);
    else if (pointer.current.y > box.bottom - EDGE_PX) element.scrollBy(0, SCROLL_STEP_PX);
    const drop = dropAt(pointer.current.x, pointer.current.y);
    if (drop?.key !== current.drop?.key || drop?.side !== current.drop?.side) set({ ...current, drop });
    frame.current = requestAnimationFrame(follow);
  };
  const end = (commit: boolean) => {
    cancelAnimationFrame(frame.current);
    const current = live.current;
    set(null);
    if (!commit || !current?.drop || current.drop.key === current.key) return;
    const place = placeOf(current.drop.key);
    const from = placeOf(current.key);
    if (!place || !from) return;
    // Taking the place out first moves what follows it one up.
    const shift = from.list === place.list && from.index < place.index ? -1 : 0;
    move(current.key, place.list, place.index + (current.drop.side === "after" ? 1 : 0) + shift);
  };

  const handlers = (key: string) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      pointer.current = { x: event.clientX, y: event.clientY };
      set({ key, drop: null });
      frame.current = requestAnimationFrame(follow);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      pointer.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: () => end(true),
    onPointerCancel: () => end(false),
  });
  return { drag, handlers, cancel: () => end(false) };
}

function dropAt(x: number, y: number): Drop | null {
  const item = document.elementFromPoint(x, y)?.closest<HTMLElement>(".queue-item[data-key]");
  const key = item?.dataset.key;
  if (!item || !key) return null;
  const box = item.getBoundingClientRect();
  return { key, side: y < box.top + box.height / 2 ? "before" : "after" };
}
