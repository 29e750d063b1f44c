import { expect, test } from "vitest";
import type { ClearReport } from "../src/protocol";
import { BOTH, Browser, idOf, NEITHER, running } from "./tab";
import { vectors } from "./vectors";

const names = (browser: Browser) => Object.keys(browser.shelf.values).sort();

test("consent withdrawn: the budget's stub stays under another key, and nothing more is made", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  await tab.report();
  const key = browser.shelf.values["key"];
  const before = (await tab.debug()).stateBytes;
  expect(await tab.ask({ do: "consent", consent: NEITHER })).toEqual({ ok: true, value: { offered: true } });
  expect(tab.notices.at(-1)).toEqual({ tell: "unready" });
  expect(names(browser)).toEqual(["erased", "key", "state"]);
  expect(browser.shelf.values["key"]).not.toBe(key);
  expect(browser.locks!.held).toBe(false);
  const { stage, stateBytes } = await tab.debug();
  expect(stage).toBe("stopped");
  expect(stateBytes).toBeLessThan(before);
  expect(await tab.view("shoes")).toMatchObject({ ok: false, why: "off" });
  tab.pass(10_000);
  await tab.settle();
  expect(tab.ready).toHaveLength(1);
});

test("consent withdrawn before anything was charged: nothing stays at all", async () => {
  const browser = new Browser();
  const tab = await running(browser, { measure: false, personalize: true });
  await tab.settle();
  expect(names(browser)).toEqual(["journal", "key", "state", "terms"]);
  expect(await tab.ask({ do: "consent", consent: NEITHER })).toEqual({ ok: true, value: { offered: false } });
  expect([names(browser), browser.shelf.deleted]).toEqual([[], 1]);
});

test("consent withdrawn on another page: erased without a request", async () => {
  const browser = new Browser();
  const first = await running(browser);
  await first.report();
  await first.ask({ do: "hide" });
  browser.fetched = [];
  const second = browser.tab();
  void second.start(NEITHER);
  expect(await second.ask({ do: "consent", consent: NEITHER })).toEqual({ ok: true, value: { offered: true } });
  expect(browser.fetched).toEqual([]);
  expect(names(browser)).toEqual(["erased", "key", "state"]);
  // Where nothing ever was, nothing is left either.
  const other = new Browser();
  const tab = other.tab();
  void tab.start(NEITHER);
  expect(await tab.ask({ do: "consent", consent: NEITHER })).toEqual({ ok: true, value: { offered: false } });
  expect(names(other)).toEqual([]);
});

test("consent given again: a new device, the old budget, and the report taken back", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  const before = await tab.report();
  await tab.ask({ do: "consent", consent: NEITHER });
  expect(await tab.ask({ do: "consent", consent: BOTH })).toMatchObject({ ok: true });
  await tab.view("bags");
  const after = await tab.report(2);
  expect([idOf(after), after.revision]).toEqual([idOf(before), 2]);
  expect(names(browser)).not.toContain("erased");
  // All zeroes until the period is over: what is erased is not measured again.
  const clear = await tab.ask<ClearReport>({ do: "report" });
  expect(clear).toMatchObject({ ok: true, value: { ones: [], revision: 2 } });
});

test("forget: a new device at once, under the same consents", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  const before = await tab.report();
  for (let i = 0; i < 5; i++) await tab.view("shoes");
  expect(await tab.ask({ do: "forget" })).toEqual({ ok: true, value: { offered: true } });
  expect(tab.told("unready")).toHaveLength(1);
  const after = await tab.report(2);
  expect(idOf(after)).toBe(idOf(before));
  tab.pass(30);
  await tab.until(() => tab.told("decisions").length > 1);
  expect(await tab.view()).toMatchObject({ ok: true });
  expect(await tab.debug()).toMatchObject({ stage: "running", trouble: [] });
  expect(names(browser)).toEqual(["journal", "kept", "key", "pen", "state", "terms"].filter((name) => name !== "pen"));

  // The next day it is counted like anybody.
  tab.pass(86_400_000);
  await tab.view();
  tab.pass(1000);
  const next = await tab.report(3);
  expect([next.date, next.revision]).toEqual(["2026-11-24", 1]);
});

test("forget where nothing was charged", async () => {
  const browser = new Browser();
  const tab = await running(browser, { measure: false, personalize: true });
  await tab.settle();
  expect(await tab.ask({ do: "forget" })).toEqual({ ok: true, value: { offered: false } });
  expect(browser.shelf.deleted).toBe(1);
  expect(await tab.view()).toMatchObject({ ok: true });
  await tab.settle();
  expect(names(browser)).toEqual(["journal", "key", "state", "terms"]);
});

test("forgetting a report of a day that is over offers nothing", async () => {
  const tab = await running();
  await tab.report();
  tab.pass(86_400_000);
  expect(await tab.ask({ do: "forget" })).toEqual({ ok: true, value: { offered: false } });
});

test("a state that cannot be read any more counts as spent", async () => {
  const browser = new Browser();
  const first = await running(browser);
  await first.report();
  await first.ask({ do: "hide" });
  delete browser.shelf.values["key"];
  const second = await running(browser);
  await second.settle();
  expect(second.ready).toHaveLength(0);
  expect((await second.debug()).trouble).toMatchObject([{ why: "refused", code: -28 }]);
  expect(second.told("decisions")).toHaveLength(1);
  // And erasing it does not make it whole.
  await second.ask({ do: "forget" });
  await second.view();
  await second.settle();
  expect(second.ready).toHaveLength(0);
  expect(vectors.start).toBeGreaterThan(0);
});
