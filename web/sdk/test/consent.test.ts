import { describe, expect, test } from "vitest";
import { any, holds, isConsent } from "../src/consent";

const BOTH = { measure: true, personalize: true };
const NONE = { measure: false, personalize: false };

describe("what holds", () => {
  test.each([
    ["ask", undefined, false, NONE],
    ["ask", undefined, true, NONE],
    ["ask", BOTH, true, BOTH],
    ["ask", { measure: true, personalize: false }, false, { measure: true, personalize: false }],
    ["site", undefined, false, NONE],
    ["site", BOTH, false, BOTH],
    ["assumed", undefined, false, BOTH],
    ["assumed", undefined, true, NONE],
    ["assumed", BOTH, true, BOTH],
    ["assumed", NONE, false, NONE],
  ] as const)("%s, said %j, signal %j", (mode, said, signal, want) => {
    expect(holds(mode, said, signal)).toEqual({ ...want, mode, said: !!said, signal });
  });
});

test("a consent is two booleans", () => {
  for (const x of [BOTH, NONE, { ...BOTH, more: 1 }]) expect(isConsent(x)).toBe(true);
  for (const x of [undefined, null, 7, "both", true, {}, { measure: true }, { measure: 1, personalize: 1 }])
    expect(isConsent(x)).toBe(false);
});

test("one of the two is enough to run", () => {
  expect([BOTH, NONE, { ...NONE, measure: true }, { ...NONE, personalize: true }].map(any)).toEqual([true, false, true, true]);
});
