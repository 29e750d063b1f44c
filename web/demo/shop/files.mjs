// What the demo shop is made of: pages and pictures are written once, here; what a
// browser runs is four plain scripts and two style sheets.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const demo = join(dirname(fileURLToPath(import.meta.url)), "..");
const browsers = ["chrome123", "firefox128", "safari17.5"]; // the oldest with light-dark()

/** Bundles one entry in memory and returns its outputs. */
async function bundle(options) {
  const made = await build({ configFile: false, root: demo, logLevel: "warn", build: { write: false, target: browsers, ...options } });
  return [made].flat().flatMap((part) => part.output);
}

/** One classic script, all in itself. */
async function script(entry) {
  const [chunk] = await bundle({ lib: { entry: join(demo, entry), formats: ["iife"], name: "shop", fileName: () => "script.js" } });
  return chunk.code;
}

/** One style sheet. */
async function sheet(entry) {
  const parts = await bundle({ rolldownOptions: { input: join(demo, entry) } });
  const css = parts.find((part) => part.fileName.endsWith(".css"));
  if (!css) throw new Error(`${entry}: no style sheet came of it`);
  return String(css.source);
}

/** The pages' own program, run here. */
async function pages() {
  const [chunk] = await bundle({ ssr: join(demo, "shop/pages/site.ts"), minify: false });
  const program = await import(`data:text/javascript;base64,${Buffer.from(chunk.code).toString("base64")}`);
  return program.site();
}

/** All files of the shop, text by name. */
export async function files() {
  const all = new Map(await pages());
  all.set("early.js", await script("shop/client/early.ts"));
  all.set("shop.js", await script("shop/client/shop.ts"));
  all.set("next.js", await script("bar/next.ts"));
  all.set("bar.js", await script("bar/bar.ts"));
  all.set("shop.css", await sheet("shop/style/shop.css"));
  all.set("bar.css", await sheet("bar/bar.css"));
  return all;
}
