// The store in Chromium's IndexedDB.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { build, type Rolldown } from "vite";
import type { indexedStore, Store } from "../src/store";
import { launch } from "./chromium";

let code: string;
let server: Server;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  const made = (await build({
    configFile: false,
    logLevel: "warn",
    build: { write: false, lib: { entry: fileURLToPath(new URL("../src/store.ts", import.meta.url)), formats: ["iife"], name: "store" } },
  })) as Rolldown.RolldownOutput[];
  code = made[0]!.output[0].code;
  server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<!doctype html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  context = await browser.createBrowserContext();
});
afterEach(() => context.close());

declare const store: { indexedStore: typeof indexedStore };
interface Scope {
  mine: Store;
}

/** A tab with a store of its own. */
async function tab(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await page.addScriptTag({ content: `${code}; window.store = store;` });
  await page.evaluate(() => {
    (window as unknown as Scope).mine = store.indexedStore(
      () => indexedDB,
      () => String(Math.random()),
    );
  });
  return page;
}

/** Does something with the tab's store; what it throws is told by its name. */
function use<T>(page: Page, act: (mine: Store) => Promise<T>): Promise<T | string> {
  return page.evaluate(async (text) => {
    const act = (0, eval)(text) as (mine: Store) => Promise<T>;
    return act((window as unknown as Scope).mine).catch((fault: unknown) => (fault as Error).name);
  }, `(${act.toString()})`);
}

test("what is written is read by the next, and undefined deletes", async () => {
  const page = await tab();
  expect(await use(page, (mine) => mine.take())).toEqual({});
  expect(await use(page, (mine) => mine.write({ a: 1, b: new Uint8Array([1, 2]) }, true))).toBe(true);
  expect(await use(page, (mine) => mine.write({ a: undefined, c: "x" }, false))).toBe(true);
  expect(await use(await tab(), (mine) => mine.take())).toEqual({ b: { 0: 1, 1: 2 }, c: "x", pen: expect.any(String) });
});

test("whoever takes the pen is the only one to write", async () => {
  const [first, second] = [await tab(), await tab()];
  await use(first, (mine) => mine.take());
  expect(await use(first, (mine) => mine.write({ a: 1 }, false))).toBe(true);
  await use(second, (mine) => mine.take());
  expect(await use(first, (mine) => mine.write({ a: 2 }, false))).toBe(false);
  expect(await use(second, (mine) => mine.write({ b: 3 }, false))).toBe(true);
  expect(await use(first, (mine) => mine.take())).toEqual({ a: 1, b: 3, pen: expect.any(String) });
});

test("a write is whole or not at all, and says what it was that could not be stored", async () => {
  const page = await tab();
  await use(page, (mine) => mine.take());
  expect(await use(page, (mine) => mine.write({ a: 1, b: () => 1 }, false))).toBe("DataCloneError");
  expect(await use(page, (mine) => mine.take())).toEqual({ pen: expect.any(String) });
});

test("destroyed by one tab, it is gone for all, and the pen with it", async () => {
  const [first, second] = [await tab(), await tab()];
  await use(first, (mine) => mine.take());
  await use(first, (mine) => mine.write({ a: 1 }, false));
  await use(second, (mine) => mine.take());
  await use(second, (mine) => mine.destroy());
  expect(await second.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  expect(await use(first, (mine) => mine.write({ a: 2 }, false))).toBe(false);
  expect(await use(second, (mine) => mine.take())).toEqual({});
  expect(await use(first, (mine) => mine.write({ a: 3 }, false))).toBe(false);
  expect(await use(second, (mine) => mine.write({ b: 1 }, false))).toBe(true);
});
