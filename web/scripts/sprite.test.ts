// @vitest-environment node
import { expect, test } from "vitest";
import { iconNames, sprite } from "./sprite.mjs";

test("the sprite holds one symbol with shapes per listed icon, and nothing that runs or paints by itself", () => {
  const symbols = [
    ...sprite().matchAll(/<symbol id="([^"]+)" viewBox="0 0 24 24">(<(?:path|circle|rect|line|poly)[^]*?)<\/symbol>/g),
  ];
  expect(symbols.map(([, name]) => name)).toEqual(iconNames());
  expect(sprite()).not.toMatch(/<(script|style|use|image)|stroke=/);
});

test("icons are listed once and in order", () => {
  expect(iconNames()).toEqual([...new Set(iconNames())].sort());
});
