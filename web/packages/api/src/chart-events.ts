import type { PathOf } from "./index";
import type { components } from "./schema";

type News = components["schemas"]["News"];

/** What the server tells of the chart, by the name of the event. */
export interface ChartListener {
  chart(news: Extract<News, { at: unknown }>): void;
  listening(news: Extract<News, { listener_count: unknown }>): void;
}

const PATH = "/api/music/v1/chart/events" satisfies PathOf<"get">;
/** The first pause is up to this long, each one after a failure up to twice as long, and at least a quarter of that. */
const FIRST_PAUSE_MAX_MS = 8_000;
const PAUSE_MAX_MS = 60_000;
const PAUSE_LEAST = 1 / 4;

/**
 * Listens to the chart as it changes, until what it returns is called.
 *
 * The browser asks again by itself when a link breaks, but gives up for good on an answer that is no stream: a server
 * that has no place left, or a proxy before one that is being replaced. Then this asks again, each page at a time of
 * its own, so that they do not all come back at once.
 */
export function watchChart(listener: ChartListener): () => void {
  let events: EventSource;
  let timer: ReturnType<typeof setTimeout>;
  let failures = 0;
  const watch = () => {
    events = new EventSource(PATH);
    for (const name of ["chart", "listening"] as const)
      events.addEventListener(name, ({ data }) => listener[name](JSON.parse(data)));
    events.addEventListener("open", () => {
      failures = 0;
    });
    events.addEventListener("error", () => {
      if (events.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(watch, pauseMs(failures));
      failures += 1;
    });
  };
  watch();
  return () => {
    clearTimeout(timer);
    events.close();
  };
}

function pauseMs(failures: number): number {
  const most = Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MAX_MS * 2 ** failures);
  return most * (PAUSE_LEAST + (1 - PAUSE_LEAST) * Math.random());
}
