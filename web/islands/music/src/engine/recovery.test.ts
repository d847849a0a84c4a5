import { describe, expect, it } from "vitest";
import { BUFFERING_AFTER_MS, RETRIES, recoveryOf, STUCK_AFTER_MS, Watchdog } from "./recovery";
import { failureOfStatus } from "./source";

const hls = { attempts: 0, delivery: "hls" as const, online: true };
const file = { attempts: 0, delivery: "progressive" as const, online: true };

describe("what to do about a failure", () => {
  it("waits for the link, ever longer, and never gives up", () => {
    const waits = [0, 1, 2, 3, 4, 50].map((attempts) =>
      recoveryOf({ kind: "network", status: 0 }, { ...hls, attempts }),
    );
    expect(waits.map((recovery) => recovery.do)).toEqual(Array(6).fill("wait_for_link"));
    expect(waits.map((recovery) => "afterMs" in recovery && recovery.afterMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
  });

  it("retries a server in trouble three times, then gives up", () => {
    const failure = failureOfStatus(503);
    expect(recoveryOf(failure, { ...hls, attempts: RETRIES - 1 })).toEqual({ do: "retry", afterMs: 4_000 });
    expect(recoveryOf(failure, { ...hls, attempts: RETRIES })).toEqual({ do: "give_up", reason: "network" });
  });

  it("asks a busy server again when it said to, within reason", () => {
    const waits = [5_000, null, 3_600_000].map((asked) => recoveryOf(failureOfStatus(503, asked), file));
    expect(waits).toEqual([5_000, 1_000, 60_000].map((afterMs) => ({ do: "retry", afterMs })));
  });

  it("plays the file when the renditions are missing or broken, and only then gives up", () => {
    expect(recoveryOf(failureOfStatus(404), hls)).toEqual({ do: "use_progressive" });
    expect(recoveryOf({ kind: "decode" }, hls)).toEqual({ do: "use_progressive" });
    expect(recoveryOf(failureOfStatus(404), file)).toEqual({ do: "give_up", reason: "not_found" });
    expect(recoveryOf(failureOfStatus(451), file)).toEqual({ do: "give_up", reason: "blocked" });
    expect(recoveryOf({ kind: "decode" }, file)).toEqual({ do: "give_up", reason: "decode" });
  });
});

it("tells a pause in the stream from a playhead that is stuck", () => {
  const watchdog = new Watchdog();
  watchdog.reset(0);
  expect(watchdog.observe(0, 0)).toBe("moving");
  expect(watchdog.observe(0, BUFFERING_AFTER_MS - 1)).toBe("moving");
  expect(watchdog.observe(0, BUFFERING_AFTER_MS)).toBe("buffering");
  expect(watchdog.observe(0, STUCK_AFTER_MS)).toBe("stuck");
  expect(watchdog.observe(10, STUCK_AFTER_MS + 1)).toBe("moving");
});
