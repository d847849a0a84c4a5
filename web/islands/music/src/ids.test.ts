import { afterEach, expect, it, vi } from "vitest";
import { newId } from "./ids";

afterEach(() => vi.unstubAllGlobals());

/** What a page that came over plain HTTP has of `crypto`. */
function insecure(byte: (index: number) => number) {
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.map((_, index) => byte(index)) });
}

it("makes a UUID where the browser has none ready", () => {
  insecure((index) => index);
  expect(newId()).toBe("00010203-0405-4607-8809-0a0b0c0d0e0f");
  insecure(() => 255);
  expect(newId()).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
});

it("makes another one each time", () => {
  const ids = Array.from({ length: 100 }, newId);
  expect(new Set(ids).size).toBe(100);
  expect(ids.filter((id) => !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id))).toEqual([]);
});
