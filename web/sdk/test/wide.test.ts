import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { encodeEvent, forgetWords, itemsOf, keysOf, topics } from "../src/event";
import { decodeBudget, decodeFacts } from "../src/facts";
import type { Mind } from "../src/mind";
import { OP } from "../src/module";
import { catalogue, pick, reach } from "../src/offers";
import { decodePlan } from "../src/plan";
import type { CatalogueItem, ClearCell, PageEvent } from "../src/protocol";
import { hex, join } from "../src/wire";
import { bytes } from "./vectors";

/** One plan of format 3 and what a device says under it: web/sdk/wide_test.go. */
interface Wide {
  readonly published: string;
  readonly names: object;
  readonly cells: readonly ClearCell[];
  readonly events: readonly { readonly event: PageEvent; readonly bytes: string }[];
  readonly catalogue: { readonly items: readonly CatalogueItem[]; readonly bytes: string };
  readonly recommend: {
    readonly ask: string;
    readonly page: { readonly list: string; readonly topics: readonly string[]; readonly current: string };
    readonly answer: string;
    readonly picks: readonly object[] | null;
  };
  readonly reach: readonly { readonly answer: string; readonly says: object }[];
  readonly facts: {
    readonly answer: string;
    readonly segment: string;
    readonly variables: readonly object[];
    readonly attributes: readonly object[] | null;
    readonly interests: readonly object[] | null;
  };
  readonly budget: { readonly answer: string; readonly says: object };
}

const file = fileURLToPath(new URL("../testdata/wide.json", import.meta.url));
const all = (JSON.parse(readFileSync(file, "utf8")) as Wide[]).map((it, i) => [i, it, decodePlan(bytes(it.published))] as const);
const { subtle } = globalThis.crypto;

/** A module that gives one answer to each operation, and what it was asked. */
function mindOf(answers: Partial<Record<number, string>>): { mind: Mind; heard: [number, string][] } {
  const heard: [number, string][] = [];
  const call = (op: number, ...parts: readonly ArrayLike<number>[]) => {
    heard.push([op, hex(join(...parts))]);
    return bytes(answers[op] ?? "");
  };
  return { mind: { call } as unknown as Mind, heard };
}

test("there are vectors", () => {
  expect(all.length).toBeGreaterThan(5);
});

test.each(all)("plan %i: names and cells are Go's", (_, it, plan) => {
  expect(plan).toMatchObject(it.names);
  expect(plan.cells).toEqual(it.cells);
});

test.each(all)("plan %i: events of every kind have Go's bytes", async (_, it, plan) => {
  expect(it.events.length).toBeGreaterThan(50);
  for (const { event, bytes } of it.events) {
    const got = encodeEvent(plan, event, await keysOf(itemsOf(event), subtle));
    expect(typeof got === "string" ? got : hex(got), JSON.stringify(event)).toBe(bytes);
  }
});

test.each(all)("plan %i: a catalogue has Go's bytes, and so has what is asked of it", async (_, it, plan) => {
  expect(hex((await catalogue(plan, it.catalogue.items, subtle)).bytes)).toBe(it.catalogue.bytes);
  const { mind, heard } = mindOf({ [OP.recommend]: it.recommend.answer });
  const asked = { id: 1, do: "list", ...it.recommend.page, items: it.catalogue.items } as const;
  const outcome = await pick({ mind, plan, now: 0, subtle }, asked);
  expect(outcome).toMatchObject({ ok: true, value: { list: it.recommend.page.list, picks: it.recommend.picks ?? [] } });
  expect(heard).toEqual([
    [OP.catalogue, `00${it.catalogue.bytes}`],
    [OP.recommend, `${"0".repeat(16)}${it.recommend.ask}`],
  ]);
});

test.each(all)("plan %i: answers say what Go says", (_, it, plan) => {
  it.reach.forEach(({ answer, says }, i) => {
    const { mind } = mindOf({ [OP.reach]: answer });
    const name = plan.messages[i]!.name;
    expect(reach({ mind, plan, now: 0, subtle }, name)).toEqual({ ok: true, value: says });
  });
  const facts = decodeFacts(plan, bytes(it.facts.answer));
  expect(facts.segment).toBe(it.facts.segment);
  expect(facts.variables).toEqual(it.facts.variables);
  expect(facts.attributes).toMatchObject(it.facts.attributes ?? []);
  expect(facts.interests).toEqual(it.facts.interests ?? []);
  expect(decodeBudget(bytes(it.budget.answer))).toEqual(it.budget.says);
});

test("a catalogue's malformed items are left out or taken for nothing, and no page breaks", async () => {
  const [, , plan] = all[0]!;
  const hostile = [
    null,
    7,
    "item",
    [],
    {},
    { id: "" },
    { id: 12 },
    { id: "a", topics: "shoes", price: "free", added: "yesterday", skill: {}, difficulty: NaN },
    { id: "a", price: 3 },
    { id: "b", topics: [1, null, {}], price: -1, added: -1 },
    { id: "c", price: 1e300, added: "+275760-09-13" },
    { id: "d", price: Infinity, skill: plan.skills[0], difficulty: -1e9 },
    { id: "x".repeat(1 << 20), price: 1 },
  ] as unknown as CatalogueItem[];
  const { sound, bytes } = await catalogue(plan, hostile, subtle);
  expect(sound.map(({ id }) => id.slice(0, 9))).toEqual(["a", "b", "c", "d", "xxxxxxxxx"].slice(0, sound.length));
  expect(bytes[0]).toBe(sound.length);
  const many = Array.from({ length: 3000 }, (_, i) => ({ id: `i${i}` }));
  expect((await catalogue(plan, many, subtle)).sound.length).toBe(2000);
});

test("absurd values of the new events are refused, and strings of 1 MB cheaply", async () => {
  const [, , plan] = all[0]!;
  const long = "x".repeat(1 << 20);
  const [survey, list, message, skill] = [plan.surveys[0]!.name, plan.lists[0]!.name, plan.messages[0]!.name, plan.skills[0]!];
  const none = { topics: [] };
  const cases: [unknown, string][] = [
    [{ kind: "search", topics: "shoes" }, "input"],
    [{ kind: "social", act: "poke", ...none }, "input"],
    [{ kind: "media", quarter: 5, ...none }, "input"],
    [{ kind: "media", quarter: NaN, ...none }, "input"],
    [{ kind: "refund", value: -1, ...none }, "input"],
    [{ kind: "refund", value: 1e300, ...none }, "input"],
    [{ kind: "order", value: 1, items: 1e9, ...none }, "input"],
    [{ kind: "order", value: 1, discount: -1, ...none }, "input"],
    [{ kind: "history", value: 1, age: -1, ...none }, "input"],
    [{ kind: "asked", survey: long }, "not-in-plan"],
    [{ kind: "answer", survey: long, value: 1 }, "not-in-plan"],
    [{ kind: "answer", survey, value: 1e9 }, /input|not-in-plan/.source],
    [{ kind: "attempt", skill: long, item: "a", difficulty: 0, right: true, ...none }, "not-in-plan"],
    [{ kind: "attempt", skill, item: "a", difficulty: 11, right: true, ...none }, "input"],
    [{ kind: "attempt", skill, item: "a", difficulty: NaN, right: true, ...none }, "input"],
    [{ kind: "attempt", skill, item: "a", difficulty: 0, right: 1, ...none }, "input"],
    [{ kind: "attempt", skill, difficulty: 0, right: true, ...none }, "input"],
    [{ kind: "arrive", channel: long, device: "phone", region: "europe", offset: 0 }, "input"],
    [{ kind: "arrive", channel: "direct", device: "phone", region: "europe", offset: 841 }, "input"],
    [{ kind: "listed", list: long, items: ["a"] }, "not-in-plan"],
    [{ kind: "listed", list, items: [] }, "input"],
    [{ kind: "listed", list, items: 7 }, "input"],
    [{ kind: "picked", list, item: 7, ...none }, "input"],
    [{ kind: "reached", message: long, channel: plan.channels[0] }, "not-in-plan"],
    [{ kind: "reached", message, channel: long }, "not-in-plan"],
    [{ kind: "reached", message }, "not-in-plan"],
    [{ kind: "responded", message: long }, "not-in-plan"],
    [{ kind: long }, "input"],
    [{}, "input"],
  ];
  for (const [event, why] of cases) {
    const it = event as PageEvent;
    const got = encodeEvent(plan, it, await keysOf(itemsOf(it), subtle));
    expect(typeof got === "string" ? got : hex(got), JSON.stringify(event).slice(0, 90)).toMatch(new RegExp(`^(${why})$`));
  }
});

test("a search is forgotten but for its topics, whatever it is", () => {
  const [, , plan] = all[0]!;
  const of = (words: unknown, given: unknown = []) => forgetWords(plan, { kind: "search", topics: given, words } as PageEvent);
  const [topic] = plan.topics;
  expect(of(`where is ${topic}?`)).toEqual({ kind: "search", topics: [topic] });
  for (const words of [7, null, {}, [], `${"x ".repeat(1 << 19)}${topic}`]) expect(of(words)).toEqual({ kind: "search", topics: [] });
  expect(encodeEvent(plan, of("x", "shoes"))).toBe("input");
});

test("topics of any number have their bits", () => {
  const [, , plan] = all[0]!;
  expect(topics({ ...plan, topics: Array.from({ length: 64 }, (_, i) => `t${i}`) }, ["t0", "t63"]).length).toBe(10);
});
