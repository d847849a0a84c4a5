// Messages live in ../messages/{ko,en}.json for Rust and TypeScript alike (their completeness is a test of the crate
// `pages`). This Vite plugin leaves out of the browser's copy what no TypeScript uses.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const PLURAL = /_(one|other)$/;
const SKIPPED = new Set(["node_modules", "dist", "target", "out"]);

/** @param {string} folder @param {RegExp} pattern @returns {string[]} */
function sources(folder, pattern) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sources(path, pattern);
    return pattern.test(entry.name) ? [path] : [];
  });
}

/** Every string literal that is (the stem of) a known key. @param {string[]} paths @param {Set<string>} stems */
function usedStems(paths, stems) {
  const used = new Set();
  for (const path of paths) {
    for (const [, literal] of readFileSync(path, "utf8").matchAll(/["'`]([a-z_0-9]+(?:\.[a-z_0-9]+)+)["'`]/g)) {
      if (stems.has(literal)) used.add(literal);
    }
  }
  return used;
}

const stem = (/** @type {string} */ key) => key.replace(PLURAL, "");
const browserSources = () => sources(join(root, "web"), /\.(ts|tsx)$/);

/** @returns {import("vite").Plugin} */
export function messagesPlugin() {
  return {
    name: "haas-messages",
    enforce: "pre",
    apply: "build",
    transform(code, id) {
      if (!/\/messages\/[a-z]+\.json$/.test(id)) return null;
      const all = Object.entries(JSON.parse(code));
      const used = usedStems(browserSources(), new Set(all.map(([key]) => stem(key))));
      return { code: JSON.stringify(Object.fromEntries(all.filter(([key]) => used.has(stem(key))))), map: null };
    },
  };
}
