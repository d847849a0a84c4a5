import { readStored, writeStored } from "../storage";
import { createStore } from "../store";

const RECENT_LIMIT = 8;
const STORED = "searches";

/** What was searched last, newest first. */
export const searches = createStore<{ recent: string[] }>({ recent: readRecent() });

/** Puts a search on top. */
export function rememberSearch(text: string): void {
  if (text !== "") keep([text, ...without(text)].slice(0, RECENT_LIMIT));
}

/** Takes a search out. */
export function forgetSearch(text: string): void {
  keep(without(text));
}

function without(text: string): string[] {
  return searches.get().recent.filter((other) => other !== text);
}

function keep(recent: string[]): void {
  searches.set({ recent });
  writeStored(STORED, recent);
}

function readRecent(): string[] {
  const stored = readStored<unknown>(STORED);
  return Array.isArray(stored) ? stored.filter((text) => typeof text === "string").slice(0, RECENT_LIMIT) : [];
}
