import { loadMessages } from "../i18n";
import { readFragment } from "./fragment";

/** What the swap navigation tells the rest. */
export interface SwapEvents {
  /** The new `<main>` stands in the page, under this title. */
  swapped(title: string): void;
  /** No page came, not even one that says what went wrong: the old one stays. */
  noAnswer(): void;
  /** A new page took longer than this to come: show that something is on its way. */
  slow(isSlow: boolean): void;
}

const SLOW_AFTER_MS = 300;
const PREFETCH_AFTER_MS = 65;
/** A page fetched ahead is shown only while it is this young. */
const PREFETCH_LIFE_MS = 15_000;
const SERVICE_PREFIX = "/music";

/** What stands around `<main>` in the language of the page. */
const FRAME = [".skip-link", ".site-header", ".site-footer"];

interface Part {
  title: string;
  main: HTMLElement;
  url: string;
  /** Where the page comes in another language: puts that into use around `<main>` and in the islands. */
  speak: (() => void) | null;
}

/**
 * Replaces `<main>` instead of loading pages, so that the music goes on. Any doubt means a normal navigation.
 * Without a link, or with a server in trouble, that would end the music for an error page, so the page stays.
 */
export function startSwapNavigation(events: SwapEvents): void {
  const ahead = new Map<string, { at: number; part: Promise<Part | null> }>();
  let running: AbortController | null = null;
  let shown = pageOf(location.href);
  history.scrollRestoration = "manual";
  history.replaceState({ ...history.state, scrollY }, "");

  const take = (url: string, signal: AbortSignal): Promise<Part | null> => {
    const known = ahead.get(url);
    ahead.delete(url);
    return known && performance.now() - known.at < PREFETCH_LIFE_MS ? known.part : fetchPart(url, signal);
  };

  const go = async (url: string, scrollTo: number | null): Promise<void> => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    const timer = setTimeout(() => events.slow(true), SLOW_AFTER_MS);
    const asked = searchInput()?.value;
    const part = await take(url, mine.signal).catch((error: unknown) =>
      error instanceof TypeError ? "no answer" : null,
    );
    clearTimeout(timer);
    if (mine.signal.aborted) return;
    events.slow(false);
    if (part === "no answer") {
      // The browser has already gone back or forward: the address follows what is shown.
      if (scrollTo !== null) history.pushState({ scrollY }, "", shown);
      events.noAnswer();
      return;
    }
    if (!part) {
      location.assign(url);
      return;
    }
    // A link that switches the language does so once; the page has the address it has in any language.
    const address = part.url.replace(/[?&]lang=\w+$/, "");
    if (scrollTo === null) {
      // What covered the page is left with it.
      history.replaceState({ ...history.state, scrollY, cover: undefined }, "");
      // As for every link, the same address is no new place.
      if (address !== location.href) history.pushState({ scrollY: 0 }, "", address);
    }
    // What was fetched ahead is in the language that is left.
    if (part.speak) ahead.clear();
    shown = pageOf(address);
    await show(part, new URL(url, location.href).hash, scrollTo, asked);
    events.swapped(part.title);
  };

  document.addEventListener("click", (event) => {
    const url = event.defaultPrevented ? null : linkTarget(event);
    if (!url) return;
    event.preventDefault();
    void go(url, null);
  });
  document.addEventListener("submit", (event) => {
    const url = event.defaultPrevented ? null : formTarget(event);
    if (!url) return;
    event.preventDefault();
    void go(url, null);
  });
  addEventListener("popstate", (event) => {
    // Between places of one page the browser moves by itself.
    if (pageOf(location.href) === shown) return;
    if (isService(location.href)) void go(location.href, (event.state as { scrollY?: number } | null)?.scrollY ?? 0);
  });
  prefetchOnHover(ahead);
}

/** Goes to a page of this service from code. */
export function navigate(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

/** The address without its fragment. */
function pageOf(url: string): string {
  return url.split("#", 1)[0] ?? url;
}

function isService(url: string): boolean {
  const { origin, pathname } = new URL(url, location.href);
  return origin === location.origin && (pathname === SERVICE_PREFIX || pathname.startsWith(`${SERVICE_PREFIX}/`));
}

function linkOf(target: EventTarget | null): HTMLAnchorElement | null {
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link || link.target !== "" || link.hasAttribute("download")) return null;
  return isService(link.href) ? link : null;
}

function linkTarget(event: MouseEvent): string | null {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = linkOf(event.target);
  if (!link) return null;
  // A jump within this page is the browser's own.
  return link.href.includes("#") && pageOf(link.href) === pageOf(location.href) ? null : link.href;
}

function formTarget(event: SubmitEvent): string | null {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "get" || !isService(form.action)) return null;
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (typeof value === "string") url.searchParams.set(name, value);
  return url.href;
}

async function fetchPart(url: string, signal?: AbortSignal, whole = false): Promise<Part | null> {
  // Said plainly, so that what goes wrong comes as a page too.
  const headers = { accept: "text/html", ...(whole ? {} : { "x-partial": "main" }) };
  const answer = await fetch(url, { headers, ...(signal ? { signal } : {}) });
  const isHtml = answer.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (!isHtml || !isService(answer.url)) return nothing(answer);
  const lang = answer.headers.get("content-language");
  if (!whole && lang && lang !== document.documentElement.lang) return fetchPart(url, signal, true);
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = parsed.querySelector<HTMLElement>("main#main");
  const speak = whole && lang ? await languageOf(parsed, lang) : null;
  return main
    ? { title: parsed.title, main: document.adoptNode(main), url: answer.url + new URL(url).hash, speak }
    : nothing(answer);
}

/** No page of ours has come: the browser shows what it is, unless somebody before the server says it is away. */
function nothing({ status }: Response): null {
  if (status >= 500) throw new TypeError(`status ${status}`);
  return null;
}

async function languageOf(page: Document, lang: string): Promise<() => void> {
  const use = await loadMessages(lang);
  return () => {
    use();
    document.documentElement.lang = lang;
    for (const part of FRAME) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part)?.replaceWith(document.adoptNode(fresh));
    }
  };
}

function searchInput(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>(".search-form input[type=search]");
}

/**
 * The search field says what the page is about: what was searched for, on other pages nothing. False where somebody has
 * begun to write something else than it `asked` for, who keeps text and focus.
 */
function fillSearch(url: string, asked: string | undefined): boolean {
  const input = searchInput();
  if (!input) return true;
  if (document.activeElement === input && input.value !== asked) return false;
  input.value = new URL(url).searchParams.get(input.name) ?? "";
  return true;
}

/** `asked` is what the search field said when the page was asked for. */
async function show(
  { title, main, url, speak }: Part,
  hash: string,
  scrollTo: number | null,
  asked: string | undefined,
): Promise<void> {
  const put = () => {
    speak?.();
    document.querySelector("#main")?.replaceWith(main);
    document.title = title;
    document.documentElement.dataset.page = main.dataset.page ?? "";
    markNavigation(main.dataset.page);
    const target = hash === "" ? null : document.getElementById(readFragment(hash));
    if (target) target.scrollIntoView();
    else scrollToTop(scrollTo ?? 0);
    // Within the transition's callback: afterwards the browser would give the focus back to the body.
    if (fillSearch(url, asked)) main.focus({ preventScroll: true });
    announce(title);
  };
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (calm || !document.startViewTransition || document.hidden) {
    put();
    return;
  }
  const transition = document.startViewTransition(put);
  transition.ready.catch(() => {});
  transition.finished.catch(() => {});
  await transition.updateCallbackDone;
}

function scrollToTop(top: number): void {
  scrollTo({ top, behavior: "instant" });
}

function markNavigation(kind: string | undefined): void {
  for (const link of document.querySelectorAll<HTMLElement>("a[data-kind]")) {
    if (link.dataset.kind === kind) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Says something to screen readers, once and politely. */
export function announce(text: string): void {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}

function prefetchOnHover(ahead: Map<string, { at: number; part: Promise<Part | null> }>): void {
  let timer = 0;
  document.addEventListener("pointerdown", () => clearTimeout(timer), { passive: true });
  document.addEventListener("pointerover", (event) => {
    clearTimeout(timer);
    const link = event.pointerType === "mouse" ? linkOf(event.target) : null;
    // To ask in the other language would already choose it.
    if (!link || link.href === location.href || link.dataset.lang) return;
    timer = window.setTimeout(() => {
      const known = ahead.get(link.href);
      if (known && performance.now() - known.at < PREFETCH_LIFE_MS) return;
      ahead.clear();
      const part = fetchPart(link.href);
      // What went wrong is asked for again.
      const forget = () => ahead.delete(link.href);
      part.then((page) => page?.main.dataset.page === "error" && forget(), forget);
      ahead.set(link.href, { at: performance.now(), part });
    }, PREFETCH_AFTER_MS);
  });
}
