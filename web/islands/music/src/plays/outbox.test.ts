import { expect, it } from "vitest";
import { OUTBOX_LIFE_MS, OUTBOX_LIMIT_PLAYS, openRecord, prune } from "./outbox";

it("keeps nothing that is not a record", () => {
  const broken = { ...openRecord("k", "t", 0), key: 5 as unknown as string };
  const stored = JSON.parse('[null, {"id": 5}, "x", 7, {"touched_at_ms": 0}]');
  expect(prune([...stored, broken, openRecord("k", "t", 0)], 1)).toEqual([openRecord("k", "t", 0)]);
});

it("keeps neither too old nor too many plays", () => {
  const records = Array.from({ length: OUTBOX_LIMIT_PLAYS + 3 }, (_, index) => openRecord(String(index), "t", index));
  const kept = prune(records, 10);
  expect([kept.length, kept[0]?.key]).toEqual([OUTBOX_LIMIT_PLAYS, "3"]);
  expect(prune(records, OUTBOX_LIFE_MS + 101).map((record) => record.key)).toEqual(["102"]);
});
