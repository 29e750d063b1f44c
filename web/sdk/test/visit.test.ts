import { describe, expect, test } from "vitest";
import { active, checked, GAP, hide, period, type Visits } from "../src/visit";

const NOON = Date.UTC(2026, 10, 23, 12);
const END = Date.UTC(2026, 10, 24) / 1000;
const MINUTE = 60_000;

const never = () => checked(undefined);

/** Hides at the minutes after noon and says at which of them there was a place. */
function places(minutes: number[], v: Visits = never()): number[] {
  return minutes.filter((minute) => hide(v, NOON + minute * MINUTE, false));
}

/** Visits after a hide at noon, in a period that is known. */
function hidden(times = 1): Visits {
  const v = never();
  for (let i = 0; i < times; i++) hide(v, NOON, false);
  period(v, END);
  return v;
}

describe("places of sending", () => {
  test("are the first hide of a visit and three more a period", () => {
    expect(places([0, 1, 2, 3, 4, 5, 10])).toEqual([0, 1, 2, 3]);
    expect(places([0, 1, 2, 3, 4, 33, 34, 64, 65])).toEqual([0, 1, 2, 3, 64]);
    expect(places([0, 60, 120, 180, 240, 300])).toEqual([0, 60, 120, 180, 240, 300]);
  });

  test("begin anew with the period, but for the running visit's first", () => {
    expect(hidden(4)).toMatchObject({ more: 3, end: END });
    expect(places([1, 719], hidden(4))).toEqual([719]);
    expect(places([721, 722, 723, 724], { ...hidden(4), last: END * 1000 - MINUTE })).toEqual([721, 722, 723]);
  });

  test("do not move by activity that prolongs a visit", () => {
    const v = hidden();
    active(v, NOON + 20 * MINUTE);
    active(v, NOON + 45 * MINUTE);
    expect(v.first).toBe(true);
    active(v, NOON + 45 * MINUTE + GAP);
    expect(v.first).toBe(false);
  });

  test("a clock set back opens a visit", () => {
    const v = hidden();
    active(v, NOON - MINUTE);
    expect(v.first).toBe(false);
  });
});

describe("what is owed", () => {
  test("lapses with its period", () => {
    const v = hidden();
    active(v, END * 1000 - 1);
    expect(v.owed).toBe(2);
    active(v, END * 1000);
    expect(v).toMatchObject({ owed: 0, end: 0, more: 0 });
  });

  test("stays when its period becomes known, and lapses under a plan with another", () => {
    const v = hidden();
    expect(v).toMatchObject({ owed: 2, end: END });
    period(v, END);
    expect(v).toMatchObject({ owed: 2, end: END });
    period(v, END + 86_400);
    expect(v).toMatchObject({ owed: 0, end: END + 86_400 });
  });
});

test.each([
  undefined,
  null,
  7,
  "x",
  [],
  {},
  { last: "1" },
  { last: 1, end: null, more: 0, owed: 0, wait: 0 },
  { last: Infinity, end: 0, more: 0, owed: 0, wait: 0 },
  { last: 1, end: 0, more: 0, owed: true, wait: 0 },
])("damaged visits count as never: %j", (damaged) => {
  expect(checked(damaged)).toEqual({ last: 0, first: false, end: 0, more: 0, owed: 0, wait: 0 });
});
