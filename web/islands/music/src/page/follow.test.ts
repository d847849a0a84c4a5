import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { locale, t } from "../i18n";
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
    page: createStore({ version: 0, title: document.title }),
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
  await vi.waitFor(() => expect(notices.get().shown).toMatchObject([{ text: "site.no_answer" }]));
  notices.set({ shown: [] });
  history.pushState(null, "", "/music/genres");
  dispatchEvent(new PopStateEvent("popstate"));
  await vi.waitFor(() => expect(notices.get().shown).toHaveLength(1));
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

it("switches the language in place: the page, what stands around it and the islands' texts", async () => {
  document.documentElement.lang = "ko";
  document.body.insertAdjacentHTML("afterbegin", '<header class="site-header">차트</header>');
  const asked: (string | undefined)[] = [];
  answer = async () => ({
    ...(await page(200)()),
    headers: new Headers({ "content-type": "text/html", "content-language": "en" }),
    text: async () => '<title>Albums</title><header class="site-header">Chart</header><main id="main">Albums</main>',
  });
  vi.stubGlobal("fetch", (_url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push(headers["x-partial"]);
    return answer();
  });
  document.querySelector("a")?.setAttribute("data-lang", "en");
  follow();
  await vi.waitFor(() => expect(document.documentElement.lang).toBe("en"));
  expect(asked).toEqual(["main", undefined]);
  expect(document.querySelector("header")?.textContent).toBe("Chart");
  expect([locale(), t("player.play")]).toEqual(["en", "Play"]);
  expect(assign).not.toHaveBeenCalled();
});

it("does not ask in another language by itself", async () => {
  const asked = vi.fn();
  vi.stubGlobal("fetch", asked);
  vi.useFakeTimers();
  const link = document.querySelector("a");
  link?.setAttribute("href", "/music/genres");
  link?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).not.toHaveBeenCalled();
  delete link?.dataset.lang;
  link?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveBeenCalledOnce();
  vi.useRealTimers();
});
