import { describe, expect, test } from "vitest";
import { active, checked, GAP, hide, NEVER, period, type Visits } from "../src/visit";

const NOON = Date.UTC(2026, 10, 23, 12);
const END = Date.UTC(2026, 10, 24) / 1000;
const MINUTE = 60_000;

/** Hides at the minutes after noon and says at which of them there was a place. */
function places(minutes: number[], v: Visits = NEVER): number[] {
  return minutes.filter((minute) => {
    const { visits, place } = hide(v, NOON + minute * MINUTE);
    v = visits;
    return place;
  });
}

describe("places of sending", () => {
  test("are the first hide of a visit and three more a period", () => {
    expect(places([0, 1, 2, 3, 4, 5, 10])).toEqual([0, 1, 2, 3]);
    expect(places([0, 1, 2, 3, 4, 33, 34, 64, 65])).toEqual([0, 1, 2, 3, 64]);
    expect(places([0, 60, 120, 180, 240, 300])).toEqual([0, 60, 120, 180, 240, 300]);
  });

  test("begin anew with the period, but for the running visit's first", () => {
    const spent = period(hide(hide(hide(hide(NEVER, NOON).visits, NOON).visits, NOON).visits, NOON).visits, END, NOON);
    expect(spent).toMatchObject({ more: 3, end: END });
    expect(places([1, 719], spent)).toEqual([719]);
    const late = { ...spent, last: END * 1000 - MINUTE };
    expect(places([721, 722, 723, 724], late)).toEqual([721, 722, 723]);
  });

  test("do not move by activity that prolongs a visit", () => {
    const first = hide(NEVER, NOON).visits;
    const reading = active(active(first, NOON + 20 * MINUTE), NOON + 45 * MINUTE);
    expect(reading.first).toBe(true);
    expect(active(reading, NOON + 45 * MINUTE + GAP).first).toBe(false);
  });

  test("a clock set back opens a visit", () => {
    expect(active(hide(NEVER, NOON).visits, NOON - MINUTE).first).toBe(false);
  });
});

describe("what is owed", () => {
  test("lapses with its period", () => {
    const owed = period(hide(NEVER, NOON).visits, END, NOON);
    expect(active(owed, END * 1000 - 1).owed).toBe(2);
    expect(active(owed, END * 1000)).toMatchObject({ owed: 0, end: 0, more: 0 });
  });

  test("stays when its period becomes known, and lapses under a plan with another", () => {
    const owed = hide(NEVER, NOON).visits;
    expect(period(owed, END, NOON)).toMatchObject({ owed: 2, end: END });
    expect(period(period(owed, END, NOON), END + 86_400, NOON)).toMatchObject({ owed: 0, end: END + 86_400 });
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
  { last: 1, end: null, more: 0, wait: 0 },
  { last: Infinity, end: 0, more: 0, owed: 0, wait: 0 },
  { last: 1, end: 0, more: 0, owed: true, wait: 0 },
])("damaged visits count as never: %j", (damaged) => expect(checked(damaged)).toEqual(NEVER));
