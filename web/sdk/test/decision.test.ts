import { expect, test } from "vitest";
import { decodeDecision } from "../src/decision";
import { decodePlan } from "../src/plan";
import { Malformed } from "../src/wire";
import { bytes, published, vectors } from "./vectors";

const plan = decodePlan(published);
const decision = bytes(vectors.decision.bytes);

test("reads the module's decision", () => {
  const { slot, variant, segment, reason, options } = vectors.decision;
  const first = variant === plan.slots[0]!.columns[0];
  expect(decodeDecision(plan, decision)).toEqual({ slot, variant, segment, reason, first, kept: false, options });
});

test.each([
  ["a place that the plan has not", 1, 9],
  ["a column beyond", 2, 3],
  ["reason 0", 3, 0],
  ["reason 8", 3, 8],
  ["kept 2", 4, 2],
  ["a segment beyond", 5, 60],
  ["fewer columns than the slot has", 14, 2],
])("refuses %s", (_, at, value) => {
  const other = decision.slice();
  other[at] = value;
  expect(() => decodeDecision(plan, other)).toThrow(Malformed);
});

test("refuses what is cut or longer", () => {
  for (let n = 0; n < decision.length; n++) expect(() => decodeDecision(plan, decision.subarray(0, n))).toThrow(Malformed);
  expect(() => decodeDecision(plan, Uint8Array.of(...decision, 0))).toThrow(Malformed);
});
