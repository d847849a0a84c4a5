// One SVG sprite for Rust and React alike: `<svg class="icon"><use href="…/icons-HASH.svg#play"/></svg>`.
// Shapes come from lucide; colour and stroke come from the page (`.icon` in styles/components.css).
import { readFileSync } from "node:fs";

const iconFolder = new URL("../node_modules/lucide-static/icons/", import.meta.url);
const listFile = new URL("../icons/icons.json", import.meta.url);

/** @returns {string[]} the names of the icons in the sprite */
export function iconNames() {
  return JSON.parse(readFileSync(listFile, "utf8"));
}

/** @param {string} name */
function symbol(name) {
  const svg = readFileSync(new URL(`${name}.svg`, iconFolder), "utf8");
  const shapes = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<\/?svg[^>]*>/g, "")
    .replace(/\s+/g, " ")
    .replace(/ \/>/g, "/>")
    .replace(/> </g, "><")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

/** @returns {string} the sprite as one SVG document */
export function sprite() {
  return `<svg xmlns="http://www.w3.org/2000/svg">${iconNames().map(symbol).join("")}</svg>\n`;
}

/** @returns {import("vite").Plugin} emits the sprite with a hashed name; the manifest knows it as icons/icons.svg */
export function spritePlugin() {
  return {
    name: "haas-sprite",
    apply: "build",
    buildStart() {
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons/icons.svg",
        source: sprite(),
      });
    },
  };
}
