import { type RefObject, useEffect, useState } from "react";

/** Lists shorter than this are drawn whole. */
const WHOLE_UP_TO_ROWS = 60;
/** Rows drawn above and below what is seen, so that fast scrolling shows no holes. */
const MARGIN_ROWS = 12;
/** The drawn part moves by so many rows at once, so that most frames of a scroll draw nothing. */
const STRIDE_ROWS = 8;

/** Height of a row until one has been drawn and measured. */
const FIRST_GUESS_PX = 52;

/** Which rows of a long list of even rows to draw (from `start` up to, not including, `end`), and how high one is. */
export function useVisibleRows(
  count: number,
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
): { start: number; end: number; rowPx: number } {
  const [rowPx, setRowPx] = useState(FIRST_GUESS_PX);
  const [range, setRange] = useState({ start: 0, end: Math.min(count, WHOLE_UP_TO_ROWS) });
  useEffect(() => {
    const body = scroller.current;
    if (!body || count <= WHOLE_UP_TO_ROWS) {
      setRange({ start: 0, end: count });
      return;
    }
    const update = () => {
      const measuredPx = list.current?.querySelector("li")?.getBoundingClientRect().height;
      if (measuredPx) setRowPx(measuredPx);
      const top = list.current ? list.current.getBoundingClientRect().top - body.getBoundingClientRect().top : 0;
      const firstSeen = Math.floor(-top / rowPx / STRIDE_ROWS) * STRIDE_ROWS;
      const seen = Math.ceil(body.clientHeight / rowPx) + STRIDE_ROWS;
      const start = Math.min(count, Math.max(0, firstSeen - MARGIN_ROWS));
      const end = Math.min(count, Math.max(0, firstSeen + seen + MARGIN_ROWS));
      setRange((old) => (old.start === start && old.end === end ? old : { start, end: Math.max(start, end) }));
    };
    update();
    body.addEventListener("scroll", update, { passive: true });
    const observer = new ResizeObserver(update);
    observer.observe(body);
    return () => {
      body.removeEventListener("scroll", update);
      observer.disconnect();
    };
  }, [count, rowPx, scroller, list]);
  return { start: Math.min(range.start, count), end: Math.min(range.end, count), rowPx };
}
