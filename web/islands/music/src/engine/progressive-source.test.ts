import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ProgressiveSource } from "./progressive-source";
import type { SourceFailure, SourceOptions } from "./source";

const MEDIA_ERR_NETWORK = 2;
const MEDIA_ERR_DECODE = 3;
const MEDIA_ERR_SRC_NOT_SUPPORTED = 4;
const audio = document.createElement("audio");
const cancelled = vi.fn();

let failures: SourceFailure[];
let busy: boolean;
let source: ProgressiveSource;

/** A server whose whole-file slots are full when it is busy; small parts need none. */
async function server(_url: string, { headers: { range } }: { headers: { range: string } }) {
  const status = busy && /^bytes=\d+-$/.test(range) ? 503 : 206;
  return {
    ok: status === 206,
    status,
    headers: new Headers(status === 503 ? { "retry-after": "5" } : {}),
    body: { cancel: cancelled },
  };
}

beforeEach(() => {
  vi.stubGlobal("MediaError", { MEDIA_ERR_NETWORK, MEDIA_ERR_DECODE });
  vi.stubGlobal("fetch", server);
  failures = [];
  busy = false;
  const options = { track: { duration_ms: 1_000 }, startMs: 0, sessionId: "s" } as SourceOptions;
  const events = {
    failed: (failure: SourceFailure) => failures.push(failure),
    loaded: () => {},
    bitRateChanged: () => {},
  };
  source = new ProgressiveSource(audio, "/stream", options, events);
});
afterEach(() => {
  source.destroy();
  cancelled.mockClear();
  vi.unstubAllGlobals();
});

async function fail(code: number): Promise<void> {
  const before = failures.length;
  Object.defineProperty(audio, "error", { value: { code }, configurable: true });
  audio.dispatchEvent(new Event("error"));
  await vi.waitFor(() => expect(failures).toHaveLength(before + 1));
}

it("knows a busy server from a broken file, and when to ask it again", async () => {
  busy = true;
  await fail(MEDIA_ERR_SRC_NOT_SUPPORTED);
  expect(failures).toEqual([{ kind: "network", status: 503, retryAfterMs: 5_000 }]);
  expect(cancelled).toHaveBeenCalledOnce();
});

it("doubts once that the file is broken: the server may have been busy a moment ago", async () => {
  await fail(MEDIA_ERR_SRC_NOT_SUPPORTED);
  await fail(MEDIA_ERR_SRC_NOT_SUPPORTED);
  expect(failures).toEqual([{ kind: "network", status: 206 }, { kind: "decode" }]);
});

it("doubts anew what has sounded since", async () => {
  await fail(MEDIA_ERR_SRC_NOT_SUPPORTED);
  audio.dispatchEvent(new Event("playing"));
  await fail(MEDIA_ERR_SRC_NOT_SUPPORTED);
  expect(failures.map(({ kind }) => kind)).toEqual(["network", "network"]);
});

it("takes the element's word for what cannot be decoded and for a link that broke", async () => {
  await fail(MEDIA_ERR_DECODE);
  for (let time = 0; time < 3; time += 1) await fail(MEDIA_ERR_NETWORK);
  expect(failures.map(({ kind }) => kind)).toEqual(["decode", "network", "network", "network"]);
});

it("tells the length with the request where somebody knows it", () => {
  expect(decodeURIComponent(audio.src)).toContain("d=1000,");
  const options = { track: { duration_ms: 0 }, startMs: 0, sessionId: "s" } as SourceOptions;
  const events = { failed: () => {}, loaded: () => {}, bitRateChanged: () => {} };
  const unknown = new ProgressiveSource(audio, "/stream", options, events);
  expect(decodeURIComponent(audio.src)).not.toMatch(/[=,]d=/);
  unknown.destroy();
});
