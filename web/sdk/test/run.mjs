// Bundles a program of this folder with what it uses and runs it: node run.mjs NAME ARGS.
// For tests from outside of vitest; Node 20 runs no TypeScript by itself.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const [name] = process.argv.splice(2, 1);
const made = await build({
  configFile: false,
  root: here,
  logLevel: "error",
  // Paths below this folder are looked for from here, wherever the bundle lies.
  define: { "import.meta.url": JSON.stringify(pathToFileURL(join(here, name)).href) },
  build: { write: false, ssr: join(here, name), target: "node20", minify: false },
  ssr: { noExternal: true },
});
const folder = mkdtempSync(join(tmpdir(), "dunlin-run-"));
try {
  const file = join(folder, "program.mjs");
  writeFileSync(file, made.output[0].code);
  await import(pathToFileURL(file).href);
} finally {
  rmSync(folder, { recursive: true });
}
