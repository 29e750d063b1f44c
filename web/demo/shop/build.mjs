// Builds the demo shop to web/built/shop: pages and pictures are written once, here;
// what a browser runs is four plain scripts and two style sheets.
//
// Beside each file above 1 KB stands its brotli form, NAME.br.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";

const shop = fileURLToPath(new URL(".", import.meta.url));
const demo = join(shop, "..");
const out = join(shop, "../../built/shop");
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

const files = new Map(await pages());
files.set("early.js", await script("shop/client/early.ts"));
files.set("shop.js", await script("shop/client/shop.ts"));
files.set("next.js", await script("bar/next.ts"));
files.set("bar.js", await script("bar/bar.ts"));
files.set("shop.css", await sheet("shop/style/shop.css"));
files.set("bar.css", await sheet("bar/bar.css"));

await rm(out, { recursive: true, force: true });
let bytes = 0;
for (const [name, text] of files) {
  const path = join(out, name);
  const body = Buffer.from(text);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
  let sent = body.length;
  if (body.length > 1024) {
    const packed = brotliCompressSync(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    });
    await writeFile(`${path}.br`, packed);
    sent = packed.length;
  }
  bytes += sent;
}
console.log(`shop: ${files.size} files, ${Math.round(bytes / 1024)} KB as sent`);
