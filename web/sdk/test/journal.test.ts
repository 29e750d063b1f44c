// What the device keeps for the visitor's eyes: bounded, and gone with the state.
import { expect, it } from "vitest";
import { behind, counts } from "../src/behind";
import { left, listed, made, note, openJournal, type Made } from "../src/journal";
import type { ClearCell, Outcome, PageEvent } from "../src/protocol";
import { BOTH, Browser, NEITHER, running, type Tab } from "./tab";

const cell = (column: string): ClearCell => ({ metric: "funnel", segment: "new", column });
const report = (revision: number, column: string, date = "2026-06-01"): Made => ({
  date,
  revision,
  ones: [cell(column)],
  cells: 9,
  weight: 4,
  sigma2: 83,
  at: 0,
});
const ask = async <T>(tab: Tab, request: Parameters<Tab["ask"]>[0]): Promise<T> => {
  const outcome = (await tab.ask(request)) as Outcome<T>;
  if (!outcome.ok) throw new Error(outcome.say);
  return outcome.value;
};
interface Book {
  events: { at: number; event: PageEvent }[];
  reports: Made[];
}

it("keeps the last offer of each of eight lists", () => {
  const journal = openJournal(null);
  const offer = (list: string, id: string) => ({
    list,
    picks: [{ id, reason: "new", topic: "", score: 1, interest: 0, popular: 0, price: 0, fresh: 1, rotation: 0 } as const],
  });
  for (let i = 0; i < 9; i++) listed(journal, offer(`list ${i}`, "a"));
  listed(journal, offer("list 3", "b"));
  listed(journal, offer("list 4", "x".repeat(1_000_000)));
  expect(journal.lists!.map(({ list, picks }) => [list, picks[0]?.id])).toEqual([
    ...[1, 2, 5, 6, 7, 8].map((i) => [`list ${i}`, "a"]),
    ["list 3", "b"],
    ["list 4", undefined],
  ]);
  const kept = new TextEncoder().encode(JSON.stringify(journal));
  expect(openJournal(kept)).toEqual(journal);
});

it("keeps the latest 200 events, and of a long one its kind alone", () => {
  const journal = openJournal(null);
  note(journal, 1, { kind: "custom", name: "x".repeat(1_000_000) });
  for (let i = 2; i <= 201; i++) note(journal, i, { kind: "view", topics: ["shoes"] });
  expect([journal.events.length, journal.events[0]!.at]).toEqual([200, 2]);
  note(journal, 202, { kind: "custom", name: "x".repeat(1_000_000) });
  expect(journal.events.at(-1)).toEqual({ at: 202, event: { kind: "custom" } });
  expect(JSON.stringify(journal).length).toBeLessThan(200 * 600);
});

it("keeps of a period's reports those that left, or may have, and said something else", () => {
  const journal = openJournal(null);
  made(journal, report(1, "visit"));
  made(journal, report(1, "cart")); // made anew: the first one never left
  expect(journal.reports).toEqual([report(1, "cart")]);
  made(journal, report(2, "cart")); // says the same
  expect(journal.reports).toEqual([report(2, "cart")]);
  left(journal, 1, 50); // not the last one
  left(journal, 2, 51);
  left(journal, 2, 52);
  made(journal, report(3, "cart"));
  made(journal, report(4, "order"));
  expect(journal.reports.map(({ revision, at }) => [revision, at])).toEqual([
    [2, 51],
    [3, 0],
    [4, 0],
  ]);
  for (let day = 0; day < 400; day++) made(journal, report(1, "visit", `day ${day}`));
  expect(journal.reports.length).toBe(160);
});

it("begins anew for what is no journal", () => {
  for (const text of ["", "{", "null", "[]", '{"events": 1, "reports": []}']) {
    expect(openJournal(new TextEncoder().encode(text))).toEqual({ events: [], reports: [] });
  }
});

it("knows which events a fact rests on", () => {
  const view: PageEvent = { kind: "view", topics: ["shoes"] };
  const order: PageEvent = { kind: "order", topics: [], value: 3 };
  expect([behind("affinity.shoes", view), behind("affinity.bags", view), behind("top_topic", view), behind("views", view)]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect([behind("revenue", order), behind("revenue", view), behind("visits", order), behind("top_topic", order)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(behind("member", { kind: "declare", attribute: "member", value: true })).toBe(true);
  expect(behind("age", { kind: "declare", attribute: "member", value: true })).toBe(false);
  expect([counts("visits"), counts("revenue")]).toEqual([true, false]);
});

it("notes what was told and what was made, survives the tab, and goes when all is erased", async () => {
  const browser = new Browser();
  const first = await running(browser);
  await first.track({ kind: "order", topics: [], value: 12.5 });
  expect((await first.track({ kind: "custom", name: "no such event" })).ok).toBe(false);
  await first.report();
  await first.settle();
  await first.ask({ do: "sent", revision: 1 });
  await first.settle();
  const book = await ask<Book>(first, { do: "journal" });
  expect(book.events.map(({ event }) => event.kind)).toEqual(["view", "order"]);
  expect(book.reports[0]).toMatchObject({ revision: 1, at: Math.floor(browser.now / 1000) });
  expect(book.reports[0]!.ones.some(({ metric }) => metric === "present")).toBe(true);
  await first.ask({ do: "hide" });

  const second = browser.tab();
  void second.start();
  expect((await ask<Book>(second, { do: "journal" })).events).toEqual(book.events);
  await second.ask({ do: "forget" });
  expect(await ask<Book>(second, { do: "journal" })).toMatchObject({ events: [], reports: [] });
  await second.settle();
  await second.ask({ do: "consent", consent: NEITHER });
  expect(browser.shelf.values["journal"]).toBeUndefined();
});

it("lies in the store encrypted", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  await tab.settle();
  const { iv, data } = browser.shelf.values["journal"] as { iv: Uint8Array | null; data: ArrayBuffer };
  expect(iv).not.toBeNull();
  expect(new TextDecoder().decode(data)).not.toContain("shoes");
});

it("pauses: learns nothing, makes and gives back nothing, in other tabs and pages too, until resumed", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  await tab.report();
  expect(await ask(tab, { do: "pause", paused: true })).toEqual({ paused: true });
  expect(tab.notices.at(-1)).toEqual({ tell: "unready" });
  const reports = tab.ready.length;
  expect(await tab.view("bags")).toMatchObject({ ok: false, why: "off" });
  expect(await tab.ask({ do: "choose", slot: "hero" })).toMatchObject({ ok: false, why: "off" });
  tab.pass(5_000);
  await tab.settle();
  expect(tab.ready.length).toBe(reports);
  expect(await tab.ask({ do: "unsent" })).toMatchObject({ value: null });
  await tab.ask({ do: "hide" });

  const other = browser.tab();
  void other.start(BOTH);
  expect(await ask(other, { do: "pause" })).toEqual({ paused: true });
  expect(await other.view("bags")).toMatchObject({ ok: false, why: "off" });
  await other.settle();
  expect(other.ready).toEqual([]);
  expect((await ask<Book>(other, { do: "journal" })).events.length).toBe(1);
  expect(await ask(other, { do: "pause", paused: false })).toEqual({ paused: false });
  expect((await other.view("bags")).ok).toBe(true);
  await other.report();
});

it("goes on pausing when all is erased, and no longer when consent is withdrawn", async () => {
  for (const measure of [true, false]) {
    const browser = new Browser();
    const tab = await running(browser, { measure, personalize: true });
    await tab.settle();
    await ask(tab, { do: "pause", paused: true });
    await tab.ask({ do: "forget" });
    expect(await ask(tab, { do: "pause" })).toEqual({ paused: true });
    expect((await tab.view("bags")).ok).toBe(false);
    await tab.ask({ do: "consent", consent: NEITHER });
    await tab.ask({ do: "consent", consent: BOTH });
    expect((await tab.view("bags")).ok).toBe(true);
  }
});
