import { expect, test } from "vitest";
import type { Why } from "../src/protocol";
import { BOTH, Browser, NEITHER, running } from "./tab";
import { bytes, vectors } from "./vectors";

test.each<[string, Why, (browser: Browser) => unknown]>([
  ["no plan", "network", (b) => (b.status = { plan: 404 })],
  ["no network", "network", (b) => (b.status = { plan: 0 })],
  ["no module", "network", (b) => (b.status = { module: 503 })],
  ["another module", "module", (b) => (b.module = Uint8Array.from(b.module, (v, i) => (i === 99 ? v ^ 1 : v)))],
  ["a plan that somebody else signed", "plan-signature", (b) => (b.signed = bytes(vectors.foreign))],
  ["a plan with another byte", "plan-signature", (b) => b.signed[80]!++],
  ["another officer's key", "plan-signature", (b) => (b.officer = b.officer.replace(/.$/, (c) => (c === "0" ? "1" : "0")))],
  ["no Web Locks", "no-lock", (b) => (b.locks = undefined)],
  ["storage denied", "storage", (b) => (b.shelf.denied = new DOMException("", "SecurityError"))],
])("%s: %s, told once, and everything is answered", async (_, why, spoil) => {
  const browser = new Browser();
  spoil(browser);
  const tab = browser.tab();
  const started = tab.start();
  const view = await tab.view("shoes");
  expect(view).toMatchObject({ ok: false, why });
  expect(await started).toMatchObject({ ok: false, why });
  expect(await tab.ask({ do: "choose", slot: "hero" })).toMatchObject({ ok: false, why });
  expect(await tab.ask({ do: "report" })).toMatchObject({ ok: false, why });
  await tab.settle();
  expect(tab.notices).toMatchObject([{ tell: "trouble", why, say: expect.any(String) }]);
  expect(await tab.debug()).toMatchObject({ stage: "stopped", trouble: [{ why }] });
  expect(browser.shelf.values["state"]).toBeUndefined();
  expect(browser.locks?.held ?? false).toBe(false);
});

test.each([
  ["plan", 503, { status: 503, after: "60", date: "Mon, 23 Nov 2026 09:00:00 GMT" }],
  ["module", 429, { status: 429, after: "60", date: "Mon, 23 Nov 2026 09:00:00 GMT" }],
  ["plan", 0, { status: 0 }],
  ["plan", 404, { status: 404 }],
])("the page is told how %s was not met (%i), and when it says so the device begins", async (what, status, unmet) => {
  const browser = new Browser();
  browser.status = { [what]: status };
  browser.refusal = { "Retry-After": "60", Date: "Mon, 23 Nov 2026 09:00:00 GMT" };
  const tab = browser.tab();
  await tab.start();
  expect(tab.notices).toMatchObject([{ tell: "trouble", why: "network", ...unmet }]);
  await tab.settle();
  const before = browser.fetched.length;
  tab.pass(86_400_000);
  await tab.settle();
  expect(browser.fetched.length).toBe(before);
  browser.status = {};
  browser.now = (vectors.start + 9 * 3600) * 1000;
  expect(await tab.ask({ do: "consent", consent: BOTH })).toMatchObject({ ok: true });
  expect(await tab.view("shoes")).toMatchObject({ ok: true });
  await tab.report();
});

test("priors that cannot be had end nothing: choices go without, and debug says so", async () => {
  const browser = new Browser();
  browser.status = { priors: 503 };
  const tab = await running(browser);
  await tab.report();
  expect(await tab.debug()).toMatchObject({ priors: null, stage: "running", trouble: [{ why: "refused" }] });
});

test("a plan of another serial: refused by devices that have seen a later one", async () => {
  const browser = new Browser();
  const first = await running(browser);
  await first.report();
  await first.ask({ do: "hide" });
  browser.signed = bytes(vectors.older);
  const second = browser.tab();
  void second.start();
  expect(await second.view("shoes")).toMatchObject({ ok: false, why: "plan", code: -21 });
  expect(second.told("trouble")).toMatchObject([{ why: "plan" }]);
  // A device that has not takes it.
  const other = new Browser();
  other.signed = bytes(vectors.older);
  await (await running(other)).report();
});

test("a plan that has expired", async () => {
  const browser = new Browser();
  browser.now += 100_001 * 86_400_000;
  const tab = browser.tab();
  void tab.start();
  expect(await tab.view()).toMatchObject({ ok: false, why: "plan", code: -22 });
});

test("the module fails once: started again from the state last stored; twice: the end", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  const first = await tab.report();
  browser.failing = 1;
  await tab.ask({ do: "sent", revision: 1 });
  await tab.until(() => tab.told("unready").length || tab.ready.length > 1);
  const second = await tab.report(2);
  expect(second.revision).toBe(first.revision + 1);
  expect(await tab.debug()).toMatchObject({ stage: "running", trouble: [] });

  browser.failing = 1;
  await tab.ask({ do: "sent", revision: 2 });
  await tab.until(() => tab.told("trouble").length);
  expect(tab.told("trouble")).toMatchObject([{ why: "module" }]);
  expect(await tab.view()).toMatchObject({ ok: false, why: "module" });
  expect(browser.locks!.held).toBe(false);
});

test("a module that never starts", async () => {
  const browser = new Browser();
  browser.failing = 1e9;
  const tab = browser.tab();
  void tab.start();
  expect(await tab.view()).toMatchObject({ ok: false, why: "module" });
});

test("storage that fills up while it runs: what was ready is taken back", async () => {
  const tab = await running();
  await tab.report();
  tab.browser.shelf.denied = new DOMException("", "QuotaExceededError");
  await tab.view();
  await tab.until(() => tab.told("trouble").length);
  expect(tab.notices.slice(-2)).toMatchObject([
    { tell: "trouble", why: "storage", say: expect.stringContaining("QuotaExceededError") },
    { tell: "unready" },
  ]);
  expect(await tab.view()).toMatchObject({ ok: false, why: "storage" });
});

test("a report whose state is not stored is never told", async () => {
  const browser = new Browser();
  const tab = browser.tab();
  browser.shelf.during = () => {
    throw new DOMException("", "QuotaExceededError");
  };
  void tab.start();
  await tab.view();
  await tab.until(() => tab.told("trouble").length);
  await tab.settle();
  expect(tab.ready).toHaveLength(0);
});

test("a browser that stores no keys keeps the state as it is, and says so", async () => {
  const browser = new Browser();
  browser.shelf.keyless = true;
  const tab = await running(browser);
  await tab.report();
  expect(await tab.debug()).toMatchObject({ encrypted: false, trouble: [] });
  await tab.ask({ do: "hide" });
  const next = await running(browser);
  expect((await next.report()).revision).toBe(2);
  expect(await next.ask({ do: "consent", consent: NEITHER })).toEqual({ ok: true, value: { offered: true } });
});

test("the sealing chunk does not load: choices go on, and it is tried again at the next change", async () => {
  const browser = new Browser();
  const { sealing } = browser;
  browser.sealing = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module"));
  const tab = await running(browser);
  await tab.until(() => tab.told("trouble").length);
  expect(tab.told("trouble")).toMatchObject([{ why: "network" }]);
  expect(tab.told("decisions")).toHaveLength(1);
  browser.sealing = sealing;
  await tab.view();
  tab.pass(1000);
  expect((await tab.report()).revision).toBe(1);
});

test("after a fault, consent given anew starts anew", async () => {
  const browser = new Browser();
  browser.status = { plan: 503 };
  const tab = browser.tab();
  await tab.start();
  browser.status = {};
  void tab.ask({ do: "consent", consent: BOTH });
  expect(await tab.view()).toMatchObject({ ok: true });
  await tab.report();
});
