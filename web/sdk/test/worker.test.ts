// The built Worker in Chromium: real IndexedDB, Web Locks, WebCrypto and WebAssembly.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Choice, Consent, Notice, Outcome, PageEvent, Ready, Request, WorkerDebug } from "../src/protocol";
import { launch } from "./chromium";
import { bytes, moduleBytes, vectors } from "./vectors";

/** Nine in the morning of the plan's first day, whatever the day is. */
const AHEAD = vectors.start + 9 * 3600 - Math.floor(Date.now() / 1000);

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

const PAGE = `
const worker = new Worker(WORKER, { type: "module" });
const open = new Map();
let id = 0;
window.notices = [];
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
worker.onmessage = ({ data }) => ("tell" in data ? notices.push(data) : open.get(data.id)(data.outcome));
window.ask = (request) => new Promise((resolve) => {
  open.set(++id, resolve);
  worker.postMessage({ ...request, id });
});`;

let out: string;
let files: Map<string, Uint8Array>;
let server: Server;
let origin: string;
let browser: Browser;
let context: BrowserContext;
const fetched: string[] = [];

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "dunlin-sdk-"));
  execFileSync(process.execPath, [fileURLToPath(new URL("../build.mjs", import.meta.url))], { env: { ...process.env, DUNLIN_SDK: out } });
  files = new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name))]));
  const { worker, module } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as { worker: string; module: string };
  server = createServer((request, response) => {
    const path = request.url!;
    fetched.push(path);
    const name = path.replace("/dunlin/", "");
    response.setHeader("Content-Security-Policy", POLICY);
    response.sendDate = false;
    response.setHeader("Date", new Date(Date.now() + AHEAD * 1000).toUTCString());
    if (path === "/") response.setHeader("Content-Type", "text/html").end('<!doctype html><script src="/page.js"></script>');
    else if (path === "/page.js")
      response.setHeader("Content-Type", "text/javascript").end(PAGE.replace("WORKER", JSON.stringify(`/dunlin/${worker}`)));
    else if (name === "v1/plan") response.end(bytes(vectors.signed));
    else if (name === `v1/module/${module}.wasm`) response.setHeader("Content-Type", "application/wasm").end(moduleBytes());
    else if (files.has(name)) response.setHeader("Content-Type", "text/javascript").end(files.get(name));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  rmSync(out, { recursive: true });
});
beforeEach(async () => {
  context = await browser.createBrowserContext();
});
afterEach(() => context.close());

interface Scope {
  ask(request: unknown): Promise<never>;
  notices: Notice[];
  violations: string[];
}

/** A page with its Worker. */
class Tab {
  constructor(readonly page: Page) {}

  static async open(): Promise<Tab> {
    const page = await context.newPage();
    await page.goto(origin);
    return new Tab(page);
  }

  ask<T = undefined>(request: Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never): Promise<Outcome<T>> {
    return this.page.evaluate((r) => (window as unknown as Scope).ask(r), request as never);
  }

  start(consent: Consent = { measure: true, personalize: true }): Promise<Outcome> {
    const with_ = { base: `${origin}/dunlin/`, api: "v1", site: "", officer: vectors.officer, consent, clock: AHEAD };
    return this.ask({ do: "start", with: with_ });
  }

  track(event: PageEvent): Promise<Outcome> {
    return this.ask({ do: "track", event, at: Date.now() });
  }

  /** Waits for the report of a revision. */
  async ready(revision: number): Promise<Omit<Ready, "bytes"> & { readonly size: number }> {
    const handle = await this.page.waitForFunction(
      (wanted) => {
        for (const notice of (window as unknown as Scope).notices) {
          if (notice.tell !== "ready" || notice.ready.revision !== wanted) continue;
          const { bytes, ...rest } = notice.ready;
          return { ...rest, size: bytes.byteLength };
        }
        return null;
      },
      { polling: 20 },
      revision,
    );
    return (await handle.jsonValue())!;
  }

  async debug(): Promise<WorkerDebug> {
    const outcome = await this.ask<WorkerDebug>({ do: "debug" });
    if (!outcome.ok) throw new Error(outcome.say);
    return outcome.value;
  }

  notices(): Promise<Notice[]> {
    return this.page.evaluate(() => (window as unknown as Scope).notices.map((n) => (n.tell === "ready" ? { tell: n.tell } : n)) as never);
  }

  violations(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as Scope).violations);
  }

  /** What IndexedDB holds, as far as it can be shown. */
  stored(): Promise<Record<string, string> | null> {
    return this.page.evaluate(async () => {
      if (!(await indexedDB.databases()).some(({ name }) => name === "dunlin")) return null;
      const db = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open("dunlin");
        request.onsuccess = () => resolve(request.result);
      });
      const all = db.transaction("dunlin").objectStore("dunlin");
      const wait = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
      const [keys, values] = await Promise.all([wait(all.getAllKeys()), wait(all.getAll())]);
      db.close();
      const show = (v: unknown) =>
        v instanceof CryptoKey ? `key, extractable ${v.extractable}` : typeof v === "object" ? Object.keys(v as object).join() : String(v);
      return Object.fromEntries(keys.map((key, i) => [String(key), show(values[i])]));
    });
  }
}

test("from a cold start to a decision and a sealed report", async () => {
  const tab = await Tab.open();
  void tab.start();
  expect(await tab.track({ kind: "view", topics: ["shoes"] })).toEqual({ ok: true });
  const ready = await tab.ready(1);
  expect(ready).toMatchObject({ url: `${origin}/dunlin/v1/reports`, date: "2026-11-23", end: vectors.start + 86_400 });
  expect(ready.size).toBeGreaterThan(1000);
  const { times, trouble, encrypted, stage } = await tab.debug();
  expect({ trouble, encrypted, stage }).toEqual({ trouble: [], encrypted: true, stage: "running" });
  expect(await tab.ask<Choice>({ do: "choose", slot: "hero" })).toMatchObject({ ok: true, value: { slot: "hero" } });
  expect(await tab.stored()).toEqual({
    journal: "iv,data",
    key: "key, extractable false",
    kept: "url,bytes,revision,date,end",
    pen: expect.any(String),
    state: "iv,data",
    terms: "base,api,site,officer,consent,clock,module",
  });
  expect(await tab.violations()).toEqual([]);
  console.log(`Worker to module ${times.module?.toFixed()}, decision ${times.decision?.toFixed()}, ready ${times.ready?.toFixed()} ms`);
  // Far above what it takes: this tells a start that waits for something it should not wait for.
  expect(times.ready).toBeLessThan(5000);
});

test("the next page goes on where the last stopped", async () => {
  const first = await Tab.open();
  void first.start();
  await first.track({ kind: "view", topics: ["shoes"] });
  await first.ready(1);
  await first.page.goto("about:blank");
  await first.page.goto(origin);
  void first.start();
  await first.track({ kind: "view", topics: [] });
  await first.ready(2);
});

test("two tabs: the second writes nothing until the first is hidden", async () => {
  const first = await Tab.open();
  void first.start();
  await first.track({ kind: "view", topics: ["shoes"] });
  await first.ready(1);
  const second = await Tab.open();
  void second.start();
  const view = second.track({ kind: "view", topics: ["bags"] });
  await second.page.waitForFunction(() => (window as unknown as Scope).notices.length, { polling: 20 });
  expect(await second.notices()).toEqual([{ tell: "trouble", why: "no-lock", say: "another tab is in use" }]);
  expect((await second.debug()).stage).toBe("waiting");
  await first.ask({ do: "hide" });
  expect(await view).toEqual({ ok: true });
  await second.ready(2);
  await first.ask({ do: "show" });
  await second.page.close();
  await first.ready(3);
});

test("withdrawn consent leaves the stub, and nothing where nothing was charged", async () => {
  const tab = await Tab.open();
  void tab.start({ measure: false, personalize: true });
  await tab.track({ kind: "view", topics: ["shoes"] });
  await tab.page.waitForFunction(() => (window as unknown as Scope).notices.length, { polling: 20 });
  expect(await tab.ask({ do: "consent", consent: { measure: false, personalize: false } })).toEqual({
    ok: true,
    value: { offered: false },
  });
  expect(await tab.stored()).toBeNull();

  void tab.ask({ do: "consent", consent: { measure: true, personalize: true } });
  await tab.track({ kind: "view", topics: ["shoes"] });
  await tab.ready(1);
  expect(await tab.ask({ do: "consent", consent: { measure: false, personalize: false } })).toEqual({ ok: true, value: { offered: true } });
  expect(await tab.stored()).toEqual({ erased: "true", key: "key, extractable false", pen: expect.any(String), state: "iv,data" });
});

test("without consent no request leaves the Worker", async () => {
  const tab = await Tab.open();
  fetched.length = 0;
  expect(await tab.start({ measure: false, personalize: false })).toMatchObject({ ok: false, why: "off" });
  expect(await tab.track({ kind: "view", topics: ["shoes"] })).toMatchObject({ ok: false, why: "off" });
  // Its own file may have been asked for after the tab was open.
  expect(fetched.filter((path) => !path.includes("/worker-"))).toEqual([]);
  expect(await tab.stored()).toBeNull();
});
