// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Written as `movement-{kind}` where it is rendered. */
const COMPOSED = /^movement-/;

function read(folder: string, pattern: RegExp): string {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => pattern.test(path) && !/\.test\.|node_modules/.test(path))
    .map((path) => readFileSync(join(root, folder, path), "utf8"))
    .join("\n");
}

const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].flatMap(([, name]) => name ?? []);

const styles = read("web/styles", /\.css$/).replace(/\/\*[^]*?\*\//g, "");
const guide = readFileSync(join(root, "web/styles/README.md"), "utf8");
const sources = [
  read("web/islands/music/src", /\.tsx?$/),
  read("crates/pages/src", /\.(rs|js)$/),
  read("crates/music/src/pages", /\.rs$/),
].join("\n");

test("nothing is styled or explained that no page and no island has", () => {
  // A class is a word of a text, or stands behind a dot as maud has it; a method is called.
  const texts = names(sources, /["`]([^"`\n]*)["`]/g).flatMap((text) => text.split(/\s+/));
  const used = new Set([...texts, ...names(sources, /\.([a-z][\w-]*)(?![\w-]*\()/g)]);
  const styled = names(styles, /\.([a-z][\w-]*)(?=[^{}]*\{)/g);
  const explained = names(guide, /`\.([a-z][\w-]*)[`[ ]/g);
  const dead = [...styled, ...explained].filter((name) => !used.has(name) && !COMPOSED.test(name));
  expect(dead).toEqual([]);
  const states = names(`${styles}\n${guide}`, /\[data-([\w-]+)/g);
  const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  // The whole name: `data-play` is not set by `data-playing`.
  const set = (name: string) => new RegExp(`(data-${name}|dataset\\.${camel(name)})(?![\\w-])`).test(sources);
  expect(states.filter((name) => !set(name))).toEqual([]);
});
