import { expect, it } from "vitest";
import { openRecord } from "./outbox";
import { afterFailure, isPassing, nextStep, sentKey } from "./sending";

const opened = (change: object) => ({
  ...openRecord("k", "t", 0),
  server: { id: "p", play_token: "x", opened_at_ms: 1_000 },
  ...change,
});

it("opens a play before it reports one", () => {
  expect(nextStep(openRecord("k", "t", 5), 5)).toEqual({ send: "open" });
  expect(nextStep(opened({ heard_ms: 10 }), 1_010)).toEqual({ send: "report" });
});

it("claims no more than the wall time since the play was opened", () => {
  expect(nextStep(opened({ heard_ms: 60_000, ended: true }), 2_000)).toEqual({ waitMs: 59_000 });
  expect(nextStep(opened({ heard_ms: 60_000, ended: true }), 61_000)).toEqual({ send: "report" });
});

it("sends nothing that the server already knows, except the end", () => {
  expect(nextStep(opened({ heard_ms: 10, confirmed_ms: 10 }), 9_000)).toBeNull();
  expect(nextStep(opened({ heard_ms: 10, confirmed_ms: 10, ended: true }), 9_000)).toEqual({ send: "report" });
});

it("drops a play that never sounded and was never opened", () => {
  expect(nextStep({ ...openRecord("k", "t", 0), ended: true }, 0)).toBeNull();
});

it("waits longer after each failure, or as long as the server says", () => {
  let record = openRecord("k", "t", 0);
  const waits: number[] = [];
  for (let failure = 0; failure < 7; failure += 1) {
    record = { ...record, ...afterFailure(record, 0, null) };
    waits.push(record.retry_at_ms);
  }
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(afterFailure(record, 100, 7_000).retry_at_ms).toBe(7_100);
  expect(nextStep(record, 59_000)).toEqual({ waitMs: 1_000 });
});

it("shows the server no key that it would refuse", () => {
  const uuid = "00010203-0405-4607-8809-0A0b0c0d0e0f";
  expect([uuid, "k", "", `${uuid}-`].map((key) => sentKey(openRecord(key, "t", 0)))).toEqual([uuid, null, null, null]);
});

it("asks again after trouble, not after a no", () => {
  expect([0, 408, 425, 429, 500, 503].every(isPassing)).toBe(true);
  expect([400, 401, 404, 409, 410, 422].some(isPassing)).toBe(false);
});
