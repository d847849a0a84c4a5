import type { ChartListener } from "@haas/api/chart-events";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { loadMessages } from "../i18n";
import { createUi } from "../ui/context";
import { followChart } from "./chart-live";

let server: ChartListener;
vi.mock("@haas/api/chart-events", () => ({
  watchChart: (listener: ChartListener) => {
    server = listener;
    return () => {};
  },
}));

const page = (title: string) =>
  `<main id="main"><time datetime="1"></time><p data-live="listening" hidden></p><ol class="track-list"><li>${title}</li></ol></main>`;
/** Answers the page's request with a chart. */
let answer: (title: string) => void;
let asked = 0;

beforeAll(async () => (await loadMessages("ko"))());
beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  vi.stubGlobal("fetch", () => {
    asked += 1;
    return new Promise((resolve) => {
      answer = (title) => resolve(new Response(page(title)));
    });
  });
  document.body.innerHTML = page("old");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const main = () => document.getElementById("main") as HTMLElement;
const shown = () => main().querySelector("li")?.textContent;
/** Two charts, so that the second is a change. */
const change = (at = "2") => {
  server.chart({ at: "1" });
  server.chart({ at });
};

it("still says who is listening after a new chart, which knows nothing of it", async () => {
  const leave = followChart(main(), createUi(), () => {});
  server.listening({ listener_count: 12 });
  change();
  answer("new");
  await vi.waitFor(() => expect(shown()).toBe("new"));
  const line = main().querySelector<HTMLElement>("[data-live=listening]");
  expect(line?.hidden).toBe(false);
  expect(line?.textContent).toBe("지금 12명이 듣고 있어요");
  leave();
});

it("brings the first chart into a page that had none, and leaves the one it shows alone", async () => {
  const leave = followChart(main(), createUi(), () => {});
  server.chart({ at: "1" });
  expect(asked).toBe(0);
  main().querySelector("time")?.remove();
  server.chart({ at: "1" });
  answer("new");
  await vi.waitFor(() => expect(shown()).toBe("new"));
  leave();
});

it("shows nobody where nobody listens", async () => {
  const leave = followChart(main(), createUi(), () => {});
  change();
  answer("new");
  await vi.waitFor(() => expect(shown()).toBe("new"));
  expect(main().querySelector<HTMLElement>("[data-live=listening]")?.hidden).toBe(true);
  leave();
});

it.each([
  { menu: { kind: "settings", anchor: document.createElement("button") } },
  { selecting: true },
  { dialog: { kind: "keys" } },
] as const)("waits while something is done with its rows: %o", async (held) => {
  const ui = createUi();
  const leave = followChart(main(), ui, () => {});
  ui.set(held);
  change();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(0);
  ui.set({ menu: null, dialog: null, selecting: false });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked).toBe(1);
  answer("new");
  await vi.waitFor(() => expect(shown()).toBe("new"));
  leave();
});

it("keeps a selection that began while the chart was on its way, and asks for a newer one after it", async () => {
  const ui = createUi();
  const leave = followChart(main(), ui, () => {});
  change();
  ui.set({ selecting: true });
  answer("new");
  await vi.advanceTimersByTimeAsync(10_000);
  expect([asked, shown()]).toEqual([1, "old"]);
  ui.set({ selecting: false });
  await vi.advanceTimersByTimeAsync(3_000);
  answer("newer");
  await vi.waitFor(() => expect(shown()).toBe("newer"));
  leave();
});
