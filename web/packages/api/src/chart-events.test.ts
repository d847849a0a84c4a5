import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchChart } from "./chart-events";

const opened: FakeEvents[] = [];

class FakeEvents extends EventTarget {
  static readonly CLOSED = 2;
  readyState = 0;

  constructor(readonly url: string) {
    super();
    opened.push(this);
  }

  /** The server answers with something that is no stream. */
  refuse(): void {
    this.readyState = FakeEvents.CLOSED;
    this.dispatchEvent(new Event("error"));
  }

  close(): void {
    this.readyState = FakeEvents.CLOSED;
  }
}

const heard: unknown[] = [];
const listener = { chart: (news: unknown) => heard.push(news), listening: (news: unknown) => heard.push(news) };
const last = () => opened.at(-1) as FakeEvents;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEvents);
  opened.length = 0;
  heard.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("asks again after an answer that is no stream, later each time and at most after a minute", () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  const stop = watchChart(listener);
  for (const pauseMs of [8_000, 16_000, 32_000, 60_000, 60_000]) {
    const before = opened.length;
    last().refuse();
    vi.advanceTimersByTime(pauseMs - 1);
    expect(opened).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(opened).toHaveLength(before + 1);
  }
  last().dispatchEvent(new Event("open"));
  last().dispatchEvent(new MessageEvent("listening", { data: '{"listener_count":3}' }));
  expect(heard).toEqual([{ listener_count: 3 }]);
  last().refuse();
  vi.advanceTimersByTime(8_000);
  expect(opened).toHaveLength(7);
  stop();
});

it("asks again after two seconds at the soonest", () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const stop = watchChart(listener);
  last().refuse();
  vi.advanceTimersByTime(1_999);
  expect(opened).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(opened).toHaveLength(2);
  stop();
});

it("leaves a broken link to the browser, and asks no more once it is ended", () => {
  const stop = watchChart(listener);
  last().dispatchEvent(new Event("error"));
  vi.advanceTimersByTime(120_000);
  expect(opened).toHaveLength(1);
  last().refuse();
  stop();
  vi.advanceTimersByTime(120_000);
  expect(opened).toHaveLength(1);
  expect(last().readyState).toBe(FakeEvents.CLOSED);
});
