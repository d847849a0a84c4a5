import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SleepTimer } from "./sleep-timer";

const MINUTE_MS = 60_000;
let stopped = 0;
const timer = () =>
  new SleepTimer(
    () => {},
    () => (stopped += 1),
  );

beforeEach(() => {
  stopped = 0;
  sessionStorage.clear();
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => vi.useRealTimers());

test("a reload does not forget when to stop", () => {
  timer().set(30);
  vi.clearAllTimers();
  vi.setSystemTime(Date.now() + 10 * MINUTE_MS);
  const after = timer();
  expect(after.state.get().sleep).toMatchObject({ kind: "time", minutes: 30 });
  vi.advanceTimersByTime(19 * MINUTE_MS);
  expect(stopped).toBe(0);
  vi.advanceTimersByTime(MINUTE_MS + 1_000);
  expect(stopped).toBe(1);
  expect(timer().state.get().sleep.kind).toBe("off");
});

test("a time that is over stops nothing, and what is no timer is none", () => {
  timer().set(15);
  vi.clearAllTimers();
  vi.setSystemTime(Date.now() + 16 * MINUTE_MS);
  expect(timer().state.get().sleep.kind).toBe("off");
  sessionStorage.setItem("haas.music.sleep", '{"kind":"time"}');
  expect(timer().state.get().sleep.kind).toBe("off");
  sessionStorage.setItem("haas.music.sleep", "nonsense");
  expect(timer().state.get().sleep.kind).toBe("off");
});
