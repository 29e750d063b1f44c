// Builds the script to web/built/sdk: the loader dunlin.js, the Worker, the page chunk,
// the sealing chunk, and manifest.json, which names them and what they pin.
//
// The names of all but the loader and the service worker's script, dunlin-push.js, hold
// the first 8 digits of their SHA-256: the loader pins the Worker and the page chunk by
// name, the Worker the sealing chunk by name, and both workers the module by its whole
// SHA-256. The same sources give the same bytes.
//
// DUNLIN_MODULE names another module to pin, for tests. DUNLIN_SDK names another folder
// for the output.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";

/** What a visitor may be asked to load, bytes of brotli 11; the module has a gate of its own. */
const BUDGETS = [
  { what: "the loader", parts: ["dunlin"], most: 3 * 1024 },
  { what: "Worker and page chunk", parts: ["worker", "page"], most: 12 * 1024 },
  { what: "the names chunk", parts: ["names"], most: 4 * 1024 },
  { what: "the watching chunk", parts: ["watch"], most: 5 * 1024 },
  { what: "<dunlin-list>", parts: ["list"], most: 3 * 1024 },
  { what: "<dunlin-survey>", parts: ["survey"], most: 4 * 1024 },
  { what: "the sealing chunk", parts: ["seal"], most: 45 * 1024 },
  { what: "a lexicon with the scorer, English", parts: ["sentiment", "wordsen"], most: 20 * 1024 },
  { what: "a lexicon with the scorer, Chinese", parts: ["sentiment", "wordszh"], most: 20 * 1024 },
  { what: "what answers a visitor's asks", parts: ["asks"], most: 6 * 1024 },
  { what: "what carries a profile", parts: ["carry"], most: 24 * 1024 },
  { what: "<dunlin-privacy>", parts: ["privacy"], most: 18 * 1024 },
  { what: "<dunlin-consent>", parts: ["consent"], most: 4 * 1024 },
  { what: "what draws QR codes", parts: ["qr"], most: 8 * 1024 },
  { what: "what reads QR codes", parts: ["scan"], most: 32 * 1024 },
  { what: "the service worker's script", parts: ["dunlin-push"], most: 12 * 1024 },
];

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.env.DUNLIN_SDK ?? here("../built/sdk");
const target = ["chrome111", "firefox114", "safari16.4"]; // the oldest with module Workers and private class members everywhere

/**
 * Leaves out of age-encryption what seals to other keys than X25519: a plan names no
 * others, and they are more than half of its bytes. Sealing to one would throw.
 */
const x25519Alone = {
  name: "x25519-alone",
  enforce: "pre",
  resolveId: (id) => (["@noble/post-quantum/hybrid.js", "@noble/curves/nist.js"].includes(id) ? `\0${id}` : null),
  load: (id) =>
    id.startsWith("\0@noble/") ? "export const MLKEM768P256 = undefined, MLKEM768X25519 = undefined, p256 = undefined;" : null,
};

/** Bundles one entry into one file and returns its code. */
async function bundle(entry, format, define = {}) {
  const texts = Object.fromEntries(Object.entries(define).map(([name, text]) => [name, JSON.stringify(text)]));
  const made = await build({
    configFile: false,
    root: here("."),
    logLevel: "warn",
    plugins: [x25519Alone],
    define: texts,
    build: {
      write: false,
      target,
      minify: "oxc",
      modulePreload: false,
      // A library, or vite adds a loader of its own for what is imported later; the spaces
      // that it leaves in libraries go all the same.
      lib: { entry: here(`src/${entry}.ts`), formats: [format], name: "dunlin", fileName: () => `${entry}.js` },
      rolldownOptions: { optimization: { inlineConst: { mode: "all", pass: 3 } }, output: { codeSplitting: false, minify: true } },
    },
  });
  const chunks = [made].flat().flatMap((part) => part.output);
  if (chunks.length !== 1) throw new Error(`${entry}: ${chunks.length} files came of it, want 1`);
  // Notes to bundlers; nobody bundles these files again.
  return chunks[0].code.replaceAll(/\/\* @__PURE__ \*\/ ?|\n\/\* @vite-ignore \*\/\n/g, "");
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const named = (name, code) => `${name}-${sha256(code).slice(0, 8)}.js`;

async function moduleDigest() {
  const path = process.env.DUNLIN_MODULE ?? here("../../wasm/module/built/dunlin.wasm");
  try {
    return sha256(await readFile(path));
  } catch {
    throw new Error(`the device module is missing (${path}): run make module first`);
  }
}

async function main() {
  const module = await moduleDigest();
  const files = new Map();
  const add = (name, code) => {
    files.set(name, Buffer.from(code));
    return name;
  };
  const sealCode = await bundle("sealing", "es");
  const seal = add(named("seal", sealCode), sealCode);
  const asksCode = await bundle("asks", "es");
  const asks = add(named("asks", asksCode), asksCode);
  const carryCode = await bundle("carry", "es");
  const carry = add(named("carry", carryCode), carryCode);
  const namesCode = await bundle("names", "es");
  const names = add(named("names", namesCode), namesCode);
  const workerCode = await bundle("worker", "es", {
    __MODULE__: module,
    __SEAL__: seal,
    __NAMES__: names,
    __ASKS__: asks,
    __CARRY__: carry,
  });
  const worker = add(named("worker", workerCode), workerCode);
  const qrCode = await bundle("privacy/qr", "es");
  const qr = add(named("qr", qrCode), qrCode);
  const scanCode = await bundle("privacy/scan", "es");
  const scan = add(named("scan", scanCode), scanCode);
  const privacyCode = await bundle("privacy/privacy", "es", { __QR__: `./${qr}`, __SCAN__: `./${scan}` });
  const privacy = add(named("privacy", privacyCode), privacyCode);
  const consentCode = await bundle("banner/consent", "es");
  const consent = add(named("consent", consentCode), consentCode);
  const chunk = async (entry, define) => {
    const code = await bundle(entry, "es", define);
    return add(named(entry, code), code);
  };
  // A lexicon is data: a module that exports its text, of a name that pins it.
  const words = async (lang) => {
    // Of two entries of one word the later holds: what is said of goods, posts and courses.
    const [general, own] = await Promise.all(["general", "sentiment"].map((it) => readFile(here(`data/${it}-${lang}.txt`), "utf8")));
    const code = `export default ${JSON.stringify(`${general}\n${own}`)};\n`;
    return add(named(`words${lang}`, code), code);
  };
  const wordsEn = await words("en");
  const wordsZh = await words("zh");
  const sentiment = await chunk("sentiment", { __WORDS_EN__: wordsEn, __WORDS_ZH__: wordsZh });
  const list = await chunk("list");
  const survey = await chunk("survey");
  const watch = await chunk("watch", { __LIST__: list, __SURVEY__: survey, __SENTIMENT__: sentiment });
  const pageCode = await bundle("page", "es", { __WATCH__: watch });
  const page = add(named("page", pageCode), pageCode);
  const loader = add("dunlin.js", await bundle("loader", "iife", { __WORKER__: worker, __PAGE__: page }));
  // A service worker imports nothing later, and a site registers it by name: it is whole, and keeps its name.
  const push = add("dunlin-push.js", await bundle("push/push", "iife", { __MODULE__: module }));
  const integrity = `sha384-${createHash("sha384").update(files.get(loader)).digest("base64")}`;
  add(
    "manifest.json",
    JSON.stringify(
      {
        loader,
        worker,
        page,
        names,
        watch,
        list,
        survey,
        sentiment,
        wordsEn,
        wordsZh,
        seal,
        asks,
        carry,
        privacy,
        consent,
        qr,
        scan,
        push,
        module,
        integrity,
      },
      null,
      2,
    ) + "\n",
  );

  await mkdir(out, { recursive: true });
  const sizes = {};
  const before = new Set(await readdir(out));
  const write = async (name, body) => {
    await writeFile(join(out, name), body);
    before.delete(name);
  };
  for (const [name, body] of files) {
    await write(name, body);
    if (name === "manifest.json") continue;
    const packed = brotliCompressSync(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    });
    if (body.length > 1024) await write(`${name}.br`, packed);
    sizes[name.replace(/(-[0-9a-f]{8})?\.js$/, "")] = packed.length;
    console.log(`${name.padEnd(20)} ${String(body.length).padStart(7)} bytes ${String(packed.length).padStart(6)} brotli`);
  }
  // What an earlier build left goes last, so that there is always a whole one.
  for (const name of before) await rm(join(out, name));
  for (const { what, parts, most } of BUDGETS) {
    const size = parts.reduce((sum, part) => sum + sizes[part], 0);
    if (size > most) throw new Error(`${what}: ${size} bytes of brotli, at most ${most} are allowed`);
  }
}

try {
  await main();
} catch (fault) {
  console.error(`build:sdk: ${fault instanceof Error ? fault.message : fault}`);
  process.exit(1);
}
