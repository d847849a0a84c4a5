import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { notices, notify, notifyUndoable, UNDO_MS } from "./notices";

beforeEach(() => {
  vi.useFakeTimers();
  notices.set({ shown: [] });
});
afterEach(() => vi.useRealTimers());

const texts = () => notices.get().shown.map(({ text }) => text);

it("says the same once, as long as the last of them stands, and undoes the last", () => {
  const undone: number[] = [];
  notifyUndoable("added", () => undone.push(1));
  notify("liked");
  vi.advanceTimersByTime(3_000);
  notifyUndoable("added", () => undone.push(2));
  expect(texts()).toEqual(["liked", "added"]);
  notices.get().shown[1]?.action?.run();
  expect(undone).toEqual([2]);
  vi.advanceTimersByTime(UNDO_MS - 1);
  expect(texts()).toEqual(["added"]);
  vi.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});

it("shows no more than three at once, the newest", () => {
  for (const text of ["a", "b", "c", "d", "b"]) notify(text);
  expect(texts()).toEqual(["c", "d", "b"]);
});

it("waits while somebody is at one of them, for the time that was left", () => {
  const toast = document.body.appendChild(document.createElement("div"));
  toast.className = "toast";
  const button = toast.appendChild(document.createElement("button"));
  notifyUndoable("removed", () => {});
  vi.advanceTimersByTime(4_000);
  button.focus();
  vi.advanceTimersByTime(60_000);
  expect(texts()).toEqual(["removed"]);
  button.blur();
  vi.advanceTimersByTime(999);
  expect(texts()).toEqual(["removed"]);
  vi.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
  toast.remove();
});
