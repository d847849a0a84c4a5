import { watchChart } from "@haas/api/chart-events";
import { tCount } from "../i18n";
import type { Store } from "../store";
import type { UiState } from "../ui/context";

/** Hovering or typing in the chart keeps it still: rows must not move under a finger. */
const QUIET_MS = 3_000;
const TOUCHES = ["pointermove", "keydown"] as const;

/** Keeps the chart page and "listening now" true while they are open. Returns what ends it. */
export function followChart(main: HTMLElement, ui: Store<UiState>, changed: () => void): () => void {
  let waiting = 0;
  let touchedAt = Number.NEGATIVE_INFINITY;
  let listenerCount = 0;
  const touch = () => {
    touchedAt = performance.now();
  };
  /** Whether somebody does something with the rows that stand there, or nobody looks. */
  const isHeld = () => {
    const { menu, dialog, selecting } = ui.get();
    return performance.now() - touchedAt < QUIET_MS || menu || dialog || selecting || document.hidden;
  };
  const refresh = async () => {
    clearTimeout(waiting);
    const fresh = isHeld() ? null : await fetchChart();
    if (!main.isConnected) return;
    // What began while the chart was on its way holds it too; by then there may be a newer one.
    if (isHeld()) {
      clearTimeout(waiting);
      waiting = window.setTimeout(refresh, QUIET_MS);
    } else if (fresh) {
      putChart(main, fresh);
      showListeners(main, listenerCount);
      changed();
    }
  };
  const leave = watchChart({
    chart({ at }) {
      // The first event tells how the chart stands: mostly as in the page, unless it had none or is older.
      if (main.querySelector("time")?.dateTime !== at) void refresh();
    },
    listening({ listener_count }) {
      listenerCount = listener_count;
      showListeners(main, listenerCount);
    },
  });
  for (const kind of TOUCHES) main.addEventListener(kind, touch, { passive: true });
  return () => {
    clearTimeout(waiting);
    leave();
    for (const kind of TOUCHES) main.removeEventListener(kind, touch);
  };
}

/** The server tells only changes: a chart that has just been fetched knows nothing of who listens. */
function showListeners(main: HTMLElement, count: number): void {
  const place = main.querySelector<HTMLElement>("[data-live=listening]");
  if (!place) return;
  place.hidden = count === 0;
  place.textContent = tCount("chart.listening", count);
}

async function fetchChart(): Promise<HTMLElement | null> {
  const answer = await fetch(location.href, { headers: { "x-partial": "main" }, cache: "no-cache" }).catch(() => null);
  if (!answer?.ok) return null;
  const text = await answer.text().catch(() => "");
  return new DOMParser().parseFromString(text, "text/html").querySelector("main");
}

/** Puts the newest chart into the page, keeping the focus on the same track. */
function putChart(main: HTMLElement, fresh: HTMLElement): void {
  const focused =
    document.activeElement instanceof HTMLElement && main.contains(document.activeElement)
      ? document.activeElement
      : null;
  const id = focused?.closest<HTMLElement>("[data-id]")?.dataset.id;
  const act = focused?.dataset.act;
  main.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  if (id)
    main.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] ${act ? `[data-act="${act}"]` : "a"}`)?.focus();
}
