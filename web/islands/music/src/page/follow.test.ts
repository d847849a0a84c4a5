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
/** What somebody in front of the server says for it. */
const proxy = async () => ({ ...(await page(502)()), text: async () => "<h1>Bad Gateway</h1>" });
const follow = () => document.querySelector("a")?.click();
const shown = () => document.querySelector("#main")?.textContent;

it.each([
  ["there is no link", () => Promise.reject(new TypeError("no link"))],
  ["the server is away", proxy],
])("stays where it is while %s, and says so", async (_, given) => {
  answer = given;
  follow();
  await vi.waitFor(() => expect(notices.get().shown).toMatchObject([{ text: "site.no_answer" }]));
  notices.set({ shown: [] });
  history.pushState(null, "", "/music/genres");
  dispatchEvent(new PopStateEvent("popstate"));
  await vi.waitFor(() => expect(notices.get().shown).toHaveLength(1));
  notices.set({ shown: [] });
  expect([location.pathname, shown()]).toEqual(["/music/new", ""]);
  expect(assign).not.toHaveBeenCalled();
});

it("leaves to the browser what is no page", async () => {
  answer = async () => ({ ...(await page(200)()), headers: new Headers({ "content-type": "application/pdf" }) });
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

it("shows the page that says that the server is in trouble, and keeps what sounds", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (_url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push(headers.accept ?? "");
    return page(503)();
  });
  document.querySelector("#main")?.replaceChildren();
  follow();
  await vi.waitFor(() => expect(shown()).toBe("Albums"));
  // Without it the server would take the request for that of a program.
  expect(asked).toEqual(["text/html"]);
  expect(assign).not.toHaveBeenCalled();
});

it("does not keep the page of an error that was fetched ahead", async () => {
  const asked = vi.fn(async () => ({
    ...(await page(503)()),
    text: async () => '<title>E</title><main id="main" data-page="error">Error</main>',
  }));
  vi.stubGlobal("fetch", asked);
  history.replaceState(null, "", "/music/new");
  vi.useFakeTimers();
  const rest = async () => {
    document
      .querySelector("a")
      ?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
    await vi.advanceTimersByTimeAsync(1_000);
  };
  await rest();
  await rest();
  expect(asked).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
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
