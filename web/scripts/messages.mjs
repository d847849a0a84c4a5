// Messages live in ../messages/{ko,en}.json for Rust and TypeScript alike. This checks them (run: `node
// scripts/messages.mjs`) and, as a Vite plugin, leaves out of the browser's copy what no TypeScript uses.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const languages = ["ko", "en"];
const PLURAL = /_(one|other)$/;
const SKIPPED = new Set(["node_modules", "dist", "target", "out"]);

/** @param {string} language @returns {Record<string, string>} */
export function readMessages(language) {
  return JSON.parse(readFileSync(join(root, "messages", `${language}.json`), "utf8"));
}

/** @param {string} folder @param {RegExp} pattern @returns {string[]} */
function sources(folder, pattern) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sources(path, pattern);
    return pattern.test(entry.name) && entry.name !== "completeness.rs" ? [path] : [];
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

/** Keys given to `t(…)`, `t_with(…)`, `t_count(…)`. @param {string[]} paths */
function askedKeys(paths) {
  return paths.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/\b(?:t|t_with|t_count|tCount)\(\s*"([^"]+)"/g)].map(([, key]) => ({
      path,
      key,
    })),
  );
}

const stem = (/** @type {string} */ key) => key.replace(PLURAL, "");
const placeholders = (/** @type {string} */ text) => [...text.matchAll(/\{[a-z_]+\}/g)].map(String).sort().join(" ");
const browserSources = () => sources(join(root, "web"), /\.(ts|tsx)$/);
const serverSources = () => sources(join(root, "crates"), /\.rs$/);

/** @returns {string[]} what is wrong with the messages, one sentence each */
export function findFaults() {
  const [first, ...others] = languages.map((language) => ({ language, messages: readMessages(language) }));
  const faults = [];
  for (const other of others) {
    for (const [a, b] of [
      [first, other],
      [other, first],
    ]) {
      for (const key of Object.keys(a.messages)) {
        if (!(key in b.messages)) faults.push(`${b.language}.json lacks "${key}"`);
        else if (placeholders(a.messages[key]) !== placeholders(b.messages[key]))
          faults.push(`"${key}" has other placeholders in ${b.language}.json than in ${a.language}.json`);
        if (a.messages[key].trim() === "") faults.push(`"${key}" is empty in ${a.language}.json`);
      }
    }
  }
  const stems = new Set(Object.keys(first.messages).map(stem));
  const paths = [...browserSources(), ...serverSources()];
  const used = usedStems(paths, stems);
  for (const name of stems) if (!used.has(name)) faults.push(`nothing uses "${name}"`);
  for (const { path, key } of askedKeys(paths)) {
    if (!stems.has(stem(key))) faults.push(`${path} asks for "${key}", which no language has`);
  }
  return [...new Set(faults)];
}

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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = findFaults();
  for (const fault of faults) console.error(`messages: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
