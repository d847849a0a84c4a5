import { expect, it } from "vitest";
import { readFragment } from "./fragment";

it("reads a fragment whatever somebody wrote there", () => {
  expect(readFragment("#%EB%B0%A4")).toBe("밤");
  expect(readFragment("#likes")).toBe("likes");
  expect(readFragment("#%")).toBe("%");
  expect(readFragment("#%E0%A4%A")).toBe("%E0%A4%A");
  expect(readFragment("")).toBe("");
});
