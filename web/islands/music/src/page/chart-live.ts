import { watchChart } from "@haas/api";
import { tCount } from "../i18n";

/** Hovering or typing in the chart keeps it still: rows must not move under a finger. */
const QUIET_MS = 3_000;

/** Keeps the chart page and "listening now" true while they are open. Returns what ends it. */
export function followChart(main: HTMLElement, changed: () => void): () => void {
  let waiting = 0;
  let touchedAt = 0;
  let seen: string | null = null;
  const touch = () => {
    touchedAt = performance.now();
  };
  const refresh = () => {
    clearTimeout(waiting);
    const quietMs = performance.now() - touchedAt;
    if (quietMs < QUIET_MS || document.querySelector(".track-list[data-selecting]") || document.hidden)
      waiting = window.setTimeout(refresh, QUIET_MS);
    else void replaceChart(main).then((done) => done && changed());
  };
  const leave = watchChart({
    chart({ at }) {
      // The first event tells how the chart stands that the page already shows.
      if (seen !== null && seen !== at) refresh();
      seen = at;
    },
    listening: ({ listener_count }) => showListeners(listener_count),
  });
  for (const kind of ["pointermove", "keydown"]) main.addEventListener(kind, touch, { passive: true });
  return () => {
    clearTimeout(waiting);
    leave();
    for (const kind of ["pointermove", "keydown"]) main.removeEventListener(kind, touch);
  };
}

function showListeners(count: number): void {
  const place = document.querySelector<HTMLElement>("#main [data-live=listening]");
  if (!place) return;
  place.hidden = count === 0;
  place.textContent = tCount("chart.listening", count);
}

/** Puts the newest chart into the page, keeping the focus on the same track. */
async function replaceChart(main: HTMLElement): Promise<boolean> {
  const answer = await fetch(location.href, { headers: { "x-partial": "main" }, cache: "no-cache" }).catch(() => null);
  if (!answer?.ok || !main.isConnected) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!fresh || !main.isConnected) return false;
  const focused =
    document.activeElement instanceof HTMLElement && main.contains(document.activeElement)
      ? document.activeElement
      : null;
  const id = focused?.closest<HTMLElement>("[data-id]")?.dataset.id;
  const act = focused?.dataset.act;
  main.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  if (id)
    main.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] ${act ? `[data-act="${act}"]` : "a"}`)?.focus();
  return true;
}
