// What a visitor asks of the device, with the real module.
import { expect, it } from "vitest";
import { CARRY } from "../src/carry";
import { decodeFacts, VARIABLES, variableOf } from "../src/facts";
import { decodePlan } from "../src/plan";
import type { Budget, Facts, Outcome } from "../src/protocol";
import { Malformed } from "../src/wire";
import { Browser, running, type Tab } from "./tab";
import { published } from "./vectors";

const ask = async <T>(tab: Tab, request: Parameters<Tab["ask"]>[0]): Promise<T> => {
  const outcome = (await tab.ask(request)) as Outcome<T>;
  if (!outcome.ok) throw new Error(outcome.say);
  return outcome.value;
};
const value = async (tab: Tab, name: string) => {
  const { variables, attributes } = await ask<Facts>(tab, { do: "facts" });
  return [...variables, ...attributes].find((fact) => fact.name === name)?.value;
};

it("tells what it knows, by name", async () => {
  const tab = await running();
  await tab.track({ kind: "order", topics: ["shoes"], value: 12.5 });
  const facts = await ask<Facts>(tab, { do: "facts" });
  expect(await Promise.all(["visits", "views", "revenue", "top_topic", "days_since_visit"].map((name) => value(tab, name)))).toEqual([
    1,
    1,
    12.5,
    "shoes",
    null,
  ]);
  expect(facts.interests.map(({ topic }) => topic)).toEqual(["shoes"]);
  expect(facts.interests[0]!.sums.some((sum) => sum > 0)).toBe(true);
  expect(facts.places.slots).toEqual(["hero"]);
});

it("erases one fact, and the events behind it", async () => {
  const tab = await running();
  await tab.track({ kind: "order", topics: [], value: 12.5 });
  await ask(tab, { do: "erase", variable: "revenue" });
  expect([await value(tab, "revenue"), await value(tab, "views")]).toEqual([0, 1]);
  const { events } = await ask<{ events: { event: { kind: string } }[] }>(tab, { do: "journal" });
  expect(events.map(({ event }) => event.kind)).toEqual(["view"]);
  expect(await tab.ask({ do: "erase", variable: "no such" })).toMatchObject({ ok: false, why: "not-in-plan" });
  expect(await tab.ask({ do: "erase", variable: "constructor" })).toMatchObject({ ok: false, why: "not-in-plan" });
});

it("tells what was spent", async () => {
  const tab = await running();
  expect(await ask<Budget>(tab, { do: "budget" })).toMatchObject({ capToday: 24_355_970, capMonth: 730_679_100 });
  await tab.report();
  const { today, month, year, reports } = await ask<Budget>(tab, { do: "budget" });
  expect([today > 0, month, year, reports]).toEqual([true, today, today, 1]);
});

it("carries a profile, once however often; what is wrong ends nothing", async () => {
  const one = await running();
  await one.view("shoes");
  const { file } = await ask<{ file: Uint8Array }>(one, { do: "export", passphrase: "twelve letters" });
  expect(await one.ask({ do: "export", passphrase: "short" })).toMatchObject({ why: "input", code: CARRY.short });

  const other = await running(new Browser());
  await other.report();
  const before = await ask<Budget>(other, { do: "budget" });
  expect(await other.ask({ do: "import", passphrase: "thirteen letters", file })).toMatchObject({ why: "input", code: CARRY.passphrase });
  expect(await other.ask({ do: "import", passphrase: "twelve letters", file: file.slice(9) })).toMatchObject({
    why: "input",
    code: CARRY.damaged,
  });
  expect(await value(other, "views")).toBe(1);
  for (let i = 0; i < 2; i++) {
    await ask(other, { do: "import", passphrase: "twelve letters", file });
    expect(await value(other, "views")).toBe(3);
  }
  expect(await ask<Budget>(other, { do: "budget" })).toEqual(before);
  expect((await other.debug()).stage).toBe("running");
});

it("knows every variable by the number that package plan has for it", () => {
  const plan = decodePlan(published);
  expect(VARIABLES.length).toBe(50);
  expect([variableOf(plan, "visits"), variableOf(plan, "top_topic"), variableOf(plan, "entry")]).toEqual([0, 13, 49]);
  expect([variableOf(plan, "affinity.shoes"), variableOf(plan, "affinity.nothing")]).toEqual([128 + plan.topics.indexOf("shoes"), -1]);
});

it("refuses facts that are none of the plan's", () => {
  const plan = decodePlan(published);
  for (const bytes of [[], [1], [1, 60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 200], [0, 0, 200], [0, 0, 0, 0]]) {
    expect(() => decodeFacts(plan, Uint8Array.from(bytes)), `${bytes}`).toThrow(Malformed);
  }
});
