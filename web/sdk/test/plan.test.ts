import { expect, test } from "vitest";
import { decodePlan, periodAt } from "../src/plan";
import { Malformed } from "../src/wire";
import { published, vectors } from "./vectors";

const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

test("reads the names of a plan as Go wrote them", () => {
  const plan = decodePlan(published);
  const want = vectors.plan;
  expect(plan.site).toBe(want.site);
  expect(plan.serial).toBe(want.serial);
  expect(plan.periods).toHaveLength(want.periods);
  expect(plan.periods[1]).toEqual(want.second);
  expect(plan.sigma2).toBe(want.sigma2);
  expect(plan.weight).toBe(want.weight);
  expect(plan.topics).toEqual(want.topics);
  expect(plan.events).toEqual(want.events);
  expect(names(plan.attributes)).toEqual(want.attributes);
  expect(plan.attributes.map(({ flag, values }) => [flag, values?.length])).toEqual([
    [true, undefined],
    [false, 3],
    [false, undefined],
  ]);
  expect(plan.segments).toEqual(want.segments);
  expect(names(plan.campaigns)).toEqual(want.campaigns);
  expect(plan.campaigns.map(({ chosen }) => chosen)).toEqual([false, true]);
  expect(names(plan.slots)).toEqual(want.slots);
  expect(plan.cells.length).toBeGreaterThan(50);
  expect(plan.cells).toEqual(want.cells);
});

test("refuses a plan that is cut or longer anywhere", () => {
  for (let n = 0; n < published.length; n++) expect(() => decodePlan(published.subarray(0, n)), `${n} bytes`).toThrow(Malformed);
  expect(() => decodePlan(Uint8Array.of(...published, 0))).toThrow(Malformed);
  for (const i of [0, 4]) {
    const other = published.slice();
    other[i]!++;
    expect(() => decodePlan(other)).toThrow(Malformed);
  }
});

test("a period holds its start and not its end", () => {
  const plan = decodePlan(published);
  const { second } = vectors.plan;
  expect(periodAt(plan, second.start)?.date).toBe(second.date);
  expect(periodAt(plan, second.end - 1)?.date).toBe(second.date);
  expect(periodAt(plan, second.end)?.date).not.toBe(second.date);
  expect(periodAt(plan, vectors.start - 1)).toBeUndefined();
});
