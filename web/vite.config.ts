import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressPlugin } from "./scripts/compress.mjs";
import { messagesPlugin } from "./scripts/messages.mjs";
import { plainImportsPlugin } from "./scripts/plain-imports.mjs";
import { spritePlugin } from "./scripts/sprite.mjs";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The Rust crate `pages` embeds `dist` and finds names in `dist/manifest.json` (keys are the paths below).
export default defineConfig({
  publicDir: false,
  plugins: [plainImportsPlugin(), react(), messagesPlugin(), spritePlugin(), compressPlugin()],
  resolve: { alias: { "@messages": at("../messages") } },
  css: { transformer: "lightningcss" },
  build: {
    target: "es2022",
    manifest: "manifest.json",
    cssMinify: "lightningcss",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        app: at("islands/music/src/main.tsx"),
        site: at("styles/site.css"),
        player: at("styles/player.css"),
      },
      preserveEntrySignatures: "allow-extension",
      // What starts the islands is one file, which compresses better and comes sooner than its parts side by side; but
      // React runs only when it is asked for.
      output: {
        codeSplitting: {
          groups: [
            { name: "app", test: /(\/main\.tsx|\/react-dom\/client\.js)$/, includeDependenciesRecursively: true },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["islands/**/*.test.{ts,tsx}", "packages/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
  },
});
