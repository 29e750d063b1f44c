// The service worker's side with the real module: only the browser is played.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Journal } from "../src/journal";
import type { ReachAnswer, Start } from "../src/protocol";
import { Service } from "./service";
import { Browser, NEITHER, running, type Tab } from "./tab";
import { bytes, vectors } from "./vectors";

const plan = JSON.parse(readFileSync(fileURLToPath(new URL("../testdata/push.json", import.meta.url)), "utf8")) as Record<
  "officer" | "signed",
  string
>;

/** A browser whose visitor saw some pages and has left, under the plan with messages. */
async function left(views = 2, more: Partial<Start> = {}): Promise<{ browser: Browser; tab: Tab; service: Service }> {
  const browser = new Browser();
  Object.assign(browser, { officer: plan.officer, signed: bytes(plan.signed), priors: null });
  const tab = browser.tab();
  await tab.start(undefined, more);
  for (let i = 0; i < views; i++) expect(await tab.view("shoes")).toMatchObject({ ok: true });
  await tab.settle();
  await tab.ask({ do: "hide" });
  browser.fetched = [];
  return { browser, tab, service: new Service(browser) };
}

const NEUTRAL = { title: "Shop", options: { body: "", tag: "dunlin", silent: true } };
const payload = (message: string, more = {}) => ({ message, title: "For you", otherwise: { title: "Shop" }, ...more });

/** What another tab says of a message and of the journal. */
async function told(browser: Browser): Promise<{ why: string; kinds: string[] }> {
  const tab = browser.tab();
  await tab.start();
  const reach = await tab.ask<ReachAnswer>({ do: "reach", message: "come_back" });
  const journal = await tab.ask<Journal>({ do: "journal" });
  await tab.settle();
  await tab.ask({ do: "hide" });
  if (!reach.ok || !journal.ok) throw new Error("the tab does not run");
  return { why: reach.value.why, kinds: journal.value.events.map(({ event }) => event.kind) };
}

test("a message that suits is shown in the visitor's language, counted, and then capped", async () => {
  const { browser, service } = await left();
  service.languages = ["zh-CN", "en"];
  const all = {
    message: "come_back",
    title: { en: "Shoes are here", "zh-TW": "鞋子到了", "zh-CN": "鞋到了" },
    body: { en: "New ones" },
    url: "/new?utm_medium=push",
    icon: "/icon.png",
    otherwise: { title: { en: "News", zh: "新内容" } },
  };
  expect(await service.push(all)).toEqual({
    title: "鞋到了",
    options: {
      body: "New ones",
      tag: "dunlin:come_back",
      silent: false,
      icon: "https://shop.example/icon.png",
      data: { dunlin: { url: "https://shop.example/new?utm_medium=push", message: "come_back" } },
    },
  });
  expect(browser.locks!.held).toBe(false);
  expect(await told(browser)).toEqual({ why: "capped", kinds: ["view", "view", "reached"] });

  expect(await service.push(all)).toEqual({
    title: "新内容",
    options: {
      body: "",
      tag: "dunlin",
      silent: true,
      icon: "https://shop.example/icon.png",
      data: { dunlin: { url: "https://shop.example/" } },
    },
  });
  browser.now += 86_400_000;
  expect((await service.push(all))?.title).toBe("鞋到了");
});

test.each([
  ["not for this visitor", "come_back", 1, {}],
  ["in quiet hours", "tonight", 2, {}],
  ["by another channel", "in_page", 2, {}],
  ["by a channel that is asked for and not the answer", "either", 2, { channel: "toast" }],
  ["a message that the plan has not", "unheard_of", 2, {}],
])("%s: what is said to everybody, and the state untouched", async (_, message, views, more) => {
  const { browser, service } = await left(views);
  const before = structuredClone(browser.shelf.values);
  expect(await service.push(payload(message, more))).toMatchObject(NEUTRAL);
  expect(browser.shelf.values).toEqual(before);
  await expect.poll(() => browser.locks!.held).toBe(false);
});

test("by the channel that the device chooses it comes", async () => {
  const { service } = await left();
  expect(await service.push(payload("either"))).toMatchObject({ title: "For you" });
});

test("after the quiet hours it comes", async () => {
  const { browser, service } = await left();
  browser.now += 90 * 60_000;
  expect(await service.push(payload("tonight"))).toMatchObject({ title: "For you" });
});

test("what is fetched is the same, shown or not", async () => {
  const shown = await left();
  await shown.service.push(payload("come_back", { icon: "/i.png" }));
  const not = await left(1);
  await not.service.push(payload("come_back", { icon: "/i.png" }));
  expect(shown.browser.fetched.sort()).toEqual(["module", "plan"].map((part) => expect.stringContaining(part)));
  expect(not.browser.fetched.sort()).toEqual(shown.browser.fetched);
  expect([shown, not].map(({ service }) => service.shown.map(({ options }) => options.icon))).toEqual([
    ["https://shop.example/i.png"],
    ["https://shop.example/i.png"],
  ]);
  // Where one of the two shows nothing neither loads a picture.
  const silent = await left();
  expect((await silent.service.push(payload("come_back", { icon: "/i.png", otherwise: false })))?.options).not.toHaveProperty("icon");
});

test("a site may have nothing shown otherwise", async () => {
  const { service } = await left(1);
  expect(await service.push(payload("come_back", { otherwise: false }))).toBeUndefined();
});

test.each<[string, (all: Awaited<ReturnType<typeof left>>) => unknown]>([
  ["nobody was ever here", ({ browser }) => (browser.shelf.values = {})],
  ["refused", ({ tab }) => tab.ask({ do: "consent", consent: NEITHER })],
  [
    "personalize refused",
    async ({ tab }) => {
      await tab.ask({ do: "show" });
      await tab.ask({ do: "consent", consent: { measure: true, personalize: false } });
      await tab.settle();
      await tab.ask({ do: "hide" });
    },
  ],
  [
    "paused",
    async ({ tab }) => {
      await tab.ask({ do: "show" });
      await tab.ask({ do: "pause", paused: true });
      await tab.settle();
      await tab.ask({ do: "hide" });
    },
  ],
  [
    "the state is another module's",
    ({ browser }) =>
      (browser.shelf.values = { ...browser.shelf.values, terms: { ...(browser.shelf.values["terms"] as object), module: "other" } }),
  ],
  ["a script of before kept no terms", ({ browser }) => delete browser.shelf.values["terms"]],
])("%s: nothing is fetched, nothing is touched", async (_, change) => {
  const all = await left();
  const { browser, service } = all;
  await change(all);
  browser.fetched = [];
  const before = structuredClone([browser.shelf.values, browser.shelf.pen]);
  expect(await service.push(payload("come_back"))).toMatchObject(NEUTRAL);
  expect([browser.shelf.values, browser.shelf.pen]).toEqual(before);
  expect(browser.fetched).toEqual([]);
});

test("the browser's signal outweighs a consent that was assumed, and not one that was given", async () => {
  for (const [mode, title] of [
    ["assumed", "Shop"],
    ["ask", "For you"],
  ] as const) {
    const { service } = await left(2, { mode });
    service.signal = true;
    expect(await service.push(payload("come_back")), mode).toMatchObject({ title });
  }
});

test("consent given anew is known, consent withdrawn while plan and module come is heeded", async () => {
  const { browser, tab, service } = await left();
  const fetch = browser.fetch;
  let refused: Promise<unknown> | undefined;
  Object.assign(browser, {
    fetch: (async (url: string, init: RequestInit) => {
      await (refused ??= tab.ask({ do: "consent", consent: NEITHER }));
      return fetch(url, init);
    }) as typeof globalThis.fetch,
  });
  const late = new Service(browser);
  expect(await late.push(payload("news"))).toMatchObject(NEUTRAL);
  expect(browser.shelf.values).not.toHaveProperty("terms");

  Object.assign(browser, { fetch });
  const again = await running(browser);
  await again.settle();
  await again.ask({ do: "hide" });
  expect(await service.push(payload("news"))).toMatchObject({ title: "For you" });
});

test("forgotten and gone on: the terms are there again", async () => {
  const { browser, tab, service } = await left();
  await tab.ask({ do: "show" });
  await tab.ask({ do: "forget" });
  await tab.view("bags");
  await tab.settle();
  await tab.ask({ do: "hide" });
  expect(await service.push(payload("news"))).toMatchObject({ title: "For you" });
  expect(browser.shelf.values).toMatchObject({ terms: { consent: { personalize: true }, officer: plan.officer } });
});

test("a page in view keeps the device: the push waits no longer than it may, and the page goes on", async () => {
  const { browser, tab, service } = await left();
  await tab.ask({ do: "show" });
  await tab.settle();
  const pen = browser.shelf.pen;
  const pushed = service.push(payload("come_back"));
  await tab.until(() => service.timers.find(({ ms }) => ms === 3000));
  service.timers[0]!.call();
  expect(await pushed).toMatchObject(NEUTRAL);
  expect(browser.shelf.pen).toBe(pen);
  expect(await tab.view("bags")).toMatchObject({ ok: true });
  expect(await tab.debug()).toMatchObject({ stage: "running", trouble: [] });
});

test("a page that opens at the same time loses nothing of what was shown", async () => {
  const { browser, service } = await left();
  const [shown] = await Promise.all([service.push(payload("come_back")), told(browser)]);
  expect(shown).toMatchObject({ title: "For you" });
  expect(await told(browser)).toEqual({ why: "capped", kinds: ["view", "view", "reached"] });
});

test("two pushes at once: what may come once comes once", async () => {
  const { service } = await left();
  const two = [service, new Service(service.browser)].map((it) => it.push(payload("come_back")));
  expect((await Promise.all(two)).map((shown) => shown?.title).sort()).toEqual(["For you", "Shop"]);
  const { browser } = service;
  expect((await told(browser)).kinds.filter((kind) => kind === "reached")).toEqual(["reached"]);
});

test("what the browser does not show is not counted", async () => {
  const { browser, service } = await left();
  service.forbidden = true;
  expect(await service.push(payload("come_back"))).toBeUndefined();
  expect((await told(browser)).kinds).toEqual(["view", "view"]);
});

test.each<[string, (browser: Browser) => unknown]>([
  ["storage is denied", ({ shelf }) => (shelf.denied = new DOMException("", "SecurityError"))],
  ["no Web Locks", (browser) => (browser.locks = undefined)],
  ["the collector does not answer", (browser) => (browser.status = { plan: 0 })],
  ["no plan is served", (browser) => (browser.status = { plan: 404 })],
  ["the module is gone", (browser) => (browser.status = { module: 404 })],
  ["the plan is a stranger's", (browser) => (browser.signed = bytes(vectors.foreign))],
  ["the plan is no plan", (browser) => (browser.signed = new Uint8Array(3))],
  ["the state cannot be read", ({ shelf }) => (shelf.values["state"] = { iv: new Uint8Array(12), data: new Uint8Array(40) })],
  ["the plan has no messages, and is older", (browser) => (browser.signed = bytes(vectors.signed))],
])("%s: what is said to everybody", async (_, spoil) => {
  const { browser, service } = await left();
  spoil(browser);
  const before = structuredClone(browser.shelf.values);
  expect(await service.push(payload("news"))).toMatchObject(NEUTRAL);
  expect(browser.shelf.values).toEqual(before);
});

test.each([
  [undefined],
  [""],
  ["no JSON {"],
  ["null"],
  ["7"],
  ['"text"'],
  ["[]"],
  ["{}"],
  [{ message: "news" }],
  [{ message: 7, title: "x" }],
  [{ message: "news", title: { en: 7 }, body: [], url: {}, icon: 9, otherwise: "?" }],
  ["{".repeat(4000)],
])("malformed payload %#: a neutral sentence", async (sent) => {
  const { service } = await left();
  expect(await service.push(sent)).toEqual({
    title: "shop.example",
    options: { body: "There is something new.", tag: "dunlin", silent: true, data: { dunlin: { url: "https://shop.example/" } } },
  });
  service.languages = ["zh-Hans-CN"];
  expect((await service.push(sent))?.options.body).toBe("有新内容。");
});

test("an address that is not http(s) leads to the site's first page", async () => {
  const { service } = await left();
  for (const url of ["javascript:alert(1)", "data:text/html,x", "http://[", 4]) {
    const shown = await service.push(payload("news", { url, icon: "javascript:0" }));
    expect(shown).toMatchObject({ title: "For you", options: { data: { dunlin: { url: "https://shop.example/" } } } });
    expect(shown!.options).not.toHaveProperty("icon");
  }
});

test("a click opens the address and tells the device; of what is said to everybody it learns nothing", async () => {
  const { browser, service } = await left();
  const { options } = (await service.push(payload("come_back", { url: "/new" })))!;
  const [closed, page] = await Promise.all([service.click(options.data), told(browser)]);
  expect(closed).toBe(true);
  expect(service.opened).toEqual(["https://shop.example/new"]);
  // The page that the click opens has what the click said.
  expect(page.kinds).toEqual(["view", "view", "reached", "responded"]);

  const neutral = (await service.push(payload("come_back", { otherwise: { title: "Shop", url: "/news" } })))!;
  const before = structuredClone(browser.shelf.values);
  expect(await service.click(neutral.options.data)).toBe(true);
  expect(service.opened[1]).toBe("https://shop.example/news");
  expect(browser.shelf.values).toEqual(before);

  for (const foreign of [null, undefined, 7, "x", {}, { dunlin: 1 }, { dunlin: { url: 5 } }])
    expect(await service.click(foreign)).toBe(false);
  expect(service.opened).toHaveLength(2);
});

test("a click without consent opens the address and nothing else", async () => {
  const { browser, tab, service } = await left();
  const { options } = (await service.push(payload("come_back", { url: "/new" })))!;
  await tab.ask({ do: "consent", consent: NEITHER });
  const before = structuredClone(browser.shelf.values);
  await service.click(options.data);
  expect(service.opened).toEqual(["https://shop.example/new"]);
  expect(browser.shelf.values).toEqual(before);
  await expect.poll(() => browser.locks!.held).toBe(false);
});
