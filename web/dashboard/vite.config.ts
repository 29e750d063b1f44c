import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compress } from "./compress.ts";
import { fixtureConsole } from "./test/server.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The dashboard: built to web/built/dashboard, with names by content and paths
 * relative to index.html. `npx vite --config dashboard/vite.config.ts` serves it
 * while it is worked on, with a console of invented data.
 */
export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [svelte({ configFile: here("svelte.config.js") }), compress(), fixtureConsole()],
  build: {
    outDir: here("../built/dashboard"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the console's policy allows data: for pictures, never for scripts
    chunkSizeWarningLimit: 700, // the charts, which are fetched beside the data
    reportCompressedSize: false,
  },
});
