import { expect, test } from "vitest";
import { countdown, midnight } from "../src/calendar.ts";
import { valueOf, valueText, whyAlone, whyUncut, wider } from "../src/cross.ts";
import { Words } from "../src/words.ts";
import { report } from "./fixture.ts";

const words = new Words("en", "both");
const week = report("2026-11-15", "2026-11-21");

test("what is not crossed says its cost", () => {
  const { plan } = week;
  expect(whyUncut(plan, "dimension", "mood", "sports", words)).toBe("");
  expect(whyUncut(plan, "dimension", "state of the week", "sports", words)).toMatch(
    /“sports”.*16 more cells \(113 of 1024 are used\).*124% wider/,
  );
  expect(whyUncut(plan, "dimension", "state of the week", "", words)).toMatch(/^These values are crossed with nothing.*16 more cells/);
  expect(whyUncut(plan, "state", "lapse_risk", "sports", words)).toContain("of the whole site alone");
  expect(whyUncut({ ...plan, cells: 1010 }, "dimension", "state of the week", "sports", words)).toContain("no room");
  expect(whyAlone(plan, "paid", words)).toMatch(/“paid”.*22 more cells.*10% wider/);
  expect(whyAlone({ ...plan, segments: 0 }, "paid", words)).toContain("0% wider");
  expect(wider(4)).toBe(1);
});

test("a value in the address is one of the report's", () => {
  const sort = week.sorts[0]!;
  const name = sort.all[0]!.name;
  expect(valueOf(valueText(sort, name), week.sorts)).toEqual({ sort, value: name });
  expect(valueOf(valueText(sort, "no such value"), week.sorts)).toBeUndefined();
  expect(valueOf("", week.sorts)).toBeUndefined();
});

test("a date begins when its zone's clock says so, across a change of clocks too", () => {
  const at = (date: string, zone: string): string => new Date(midnight(date, zone)).toISOString();
  expect(at("2026-11-24", "UTC")).toBe("2026-11-24T00:00:00.000Z");
  expect(at("2026-11-24", "Asia/Shanghai")).toBe("2026-11-23T16:00:00.000Z");
  expect(at("2026-03-29", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
  expect(at("2026-03-30", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
  expect(at("2026-11-01", "America/New_York")).toBe("2026-11-01T04:00:00.000Z");
  expect(countdown(7_384_000)).toBe("2:03:04");
  expect(countdown(100 * 3_600_000)).toBe("100:00:00");
  expect(countdown(-5)).toBe("0:00:00");
});
