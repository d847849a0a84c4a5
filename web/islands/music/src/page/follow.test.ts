import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { notices } from "../notices";
import { createStore } from "../store";
import type { Parts } from "../ui/context";
import { followPage } from "./follow";

const queue = createStore<{ current: unknown }>({ current: null });
const state = createStore({ wantsPlay: false, status: "empty" });
const assign = vi.fn();
let answer: () => Promise<unknown>;

beforeAll(() => {
  history.replaceState(null, "", "/music/new");
  document.title = "New";
  document.body.innerHTML = '<main id="main"></main><a href="/music/albums"></a>';
  followPage({
    player: { queue, engine: { state } },
    library: { state: createStore({}) },
    ui: createStore({}),
    page: createStore({ version: 0 }),
  } as unknown as Parts);
});
beforeEach(() => {
  vi.spyOn(location, "assign").mockImplementation(assign.mockClear());
  vi.stubGlobal("fetch", () => answer());
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const page = (status: number) => async () => ({
  status,
  headers: new Headers({ "content-type": "text/html" }),
  url: new URL("/music/albums", location.href).href,
  text: async () => '<title>Albums</title><main id="main">Albums</main>',
});
const follow = () => document.querySelector("a")?.click();
const shown = () => document.querySelector("#main")?.textContent;

it("stays where it is while there is no link, and says so", async () => {
  answer = () => Promise.reject(new TypeError("no link"));
  follow();
  await vi.waitFor(() => expect(notices.get().shown).toMatchObject([{ text: "player.offline" }]));
  history.pushState(null, "", "/music/genres");
  dispatchEvent(new PopStateEvent("popstate"));
  await vi.waitFor(() => expect(notices.get().shown).toHaveLength(2));
  expect([location.pathname, shown()]).toEqual(["/music/new", ""]);
  expect(assign).not.toHaveBeenCalled();
});

it("loads the whole page when the server is in trouble", async () => {
  answer = page(503);
  follow();
  await vi.waitFor(() => expect(assign).toHaveBeenCalledOnce());
});

it("names the tab after what plays, from page to page", async () => {
  queue.set({ current: { key: "k", track: { title: "Aurora", artists: [{ name: "Noise" }, { name: "Hum" }] } } });
  expect(document.title).toBe("New");
  state.set({ wantsPlay: true });
  expect(document.title).toBe("Aurora – Noise, Hum · New");
  answer = page(200);
  follow();
  await vi.waitFor(() => expect(document.title).toBe("Aurora – Noise, Hum · Albums"));
  expect(shown()).toBe("Albums");
  state.set({ wantsPlay: false });
  expect(document.title).toBe("Albums");
});
