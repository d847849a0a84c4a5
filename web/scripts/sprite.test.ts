import { expect, test } from "vitest";
import { iconNames, sprite } from "./sprite.mjs";

test("the sprite holds one symbol per listed icon and nothing that paints by itself", () => {
  const svg = new DOMParser().parseFromString(sprite(), "image/svg+xml");
  const ids = [...svg.querySelectorAll("symbol")].map((symbol) => symbol.id);
  expect(ids).toEqual(iconNames());
  expect(svg.querySelectorAll("svg, script, style")).toHaveLength(1);
  for (const symbol of svg.querySelectorAll("symbol")) expect(symbol.children.length).toBeGreaterThan(0);
});

test("icons are listed once and in order", () => {
  expect(iconNames()).toEqual([...new Set(iconNames())].sort());
});
