// Vite wraps `import()` in a helper that brings style sheets along. Our chunks have none, and the start has no room for it.
const HELPER = "vite/preload-helper";

/** @returns {import("vite").Plugin} */
export function plainImportsPlugin() {
  return {
    name: "haas-plain-imports",
    enforce: "pre",
    load: (id) => (id.includes(HELPER) ? "export const __vitePreload = (load) => load();" : null),
  };
}
