import { describe, expect, test } from "vitest";
import { preferredLanguage } from "../src/language.ts";
import {
  beside,
  datesOf,
  day,
  formatPlace,
  parsePlace,
  presets,
  shift,
  signInToken,
  start,
  type Place,
  type Preset,
} from "../src/location.ts";

describe("place", () => {
  test.each<[string, Partial<Place>]>([
    ["", {}],
    ["#/", {}],
    ["#/audience", { view: "audience" }],
    [
      "#/slots?days=90&interval=noise&segment=shoes+and+bags&slot=hero&lang=zh",
      {
        view: "slots",
        span: { days: 90 },
        interval: "noise",
        segment: "shoes and bags",
        slot: "hero",
        language: "zh",
      },
    ],
    [
      "#/answers?cost=2026-10-08%7E2026-11-06%7E12000%7E0.4%7Espring+%7E+sale",
      { view: "answers", costs: ["2026-10-08~2026-11-06~12000~0.4~spring ~ sale"] },
    ],
    ["#/slots?site=blog.example", { view: "slots", site: "blog.example" }],
    ["#/overview?dates=last-month&compare=year&grain=week", { span: { preset: "last-month" }, compare: "year", grain: "week" }],
    ["#/sorts?value=dimension+channel:organic", { view: "sorts", value: "dimension channel:organic" }],
    ["#/audience?segment=shoes&detail=segments", { view: "audience", segment: "shoes", detail: "segments" }],
    ["#/funnel?from=2026-10-01&to=2026-10-31", { view: "funnel", span: { from: "2026-10-01", to: "2026-10-31" } }],
  ])("%s is read, written and read again", (hash, change) => {
    const place = { ...start, ...change };
    expect(parsePlace(hash)).toEqual(place);
    expect(parsePlace(formatPlace(place))).toEqual(place);
  });

  test.each([
    "#/no-such-view",
    "#/overview?days=0",
    "#/overview?days=1e9",
    "#/overview?days=x",
    "#/overview?lang=fr&interval=?",
    "#/overview?from=2026-10-31&to=2026-10-01",
    "#/overview?from=2026-02-30&to=2026-03-01",
    "#/overview?from=2026-10-01",
    "#?%%%",
    "#/overview?cost=2026-10-08~2026-10-07~1~0.4~late",
    "#/overview?cost=2026-10-08~2026-10-09~x~0.4~no+number",
    "#/overview?cost=2026-10-08~2026-10-09~1~1.4~margin",
    "#/overview?cost=2026-10-08~2026-10-09~1~0.4~",
    "#/overview?cost=1",
    "#/overview?dates=never&compare=nothing&grain=hour",
  ])("%s: what is wrong is as at the start", (hash) => {
    expect(parsePlace(hash)).toEqual(start);
  });

  test("at the start the address is short", () => expect(formatPlace(start)).toBe("#/overview"));
});

test("days", () => {
  expect(day("2028-02-29")).toBe("2028-02-29");
  expect([day("2026-02-29"), day("26-1-1"), day(""), day(null)]).toEqual([undefined, undefined, undefined, undefined]);
  expect(shift("2026-03-01", -1)).toBe("2026-02-28");
  expect(shift("2026-12-31", 1)).toBe("2027-01-01");
});

test("presets end at the newest release and begin no earlier than the oldest", () => {
  expect(datesOf({ days: 30 }, "2026-01-01", "2026-11-22")).toEqual({ from: "2026-10-24", to: "2026-11-22" });
  expect(datesOf({ days: 30 }, "2026-11-20", "2026-11-22")).toEqual({ from: "2026-11-20", to: "2026-11-22" });
  expect(datesOf({ from: "2025-01-01", to: "2025-01-02" }, "2026-11-20", "2026-11-22")).toEqual({ from: "2025-01-01", to: "2025-01-02" });
  expect(datesOf({ days: 7 }, "", "")).toBeUndefined();
  const named = (preset: Preset) => datesOf({ preset }, "2026-01-15", "2026-11-22");
  expect(presets.map((preset) => Object.values(named(preset)!).join(" "))).toEqual([
    "2026-11-22 2026-11-22",
    "2026-11-21 2026-11-21",
    "2026-11-01 2026-11-22",
    "2026-10-01 2026-10-31",
    "2026-01-15 2026-11-22",
    "2026-01-15 2026-11-22",
    "2026-01-15 2026-11-22",
  ]);
  // Releases of weeks are seven days apart.
  expect(datesOf({ preset: "before" }, "2026-01-15", "2026-11-16", 7)).toEqual({ from: "2026-11-09", to: "2026-11-09" });
  expect(beside({ from: "2026-11-16", to: "2026-11-16" }, -1, 7)).toEqual({ from: "2026-11-09", to: "2026-11-09" });
  expect(beside({ from: "2026-10-20", to: "2026-11-16" }, -1, 7)).toEqual({ from: "2026-09-22", to: "2026-10-19" });
  expect(beside({ from: "2026-11-16", to: "2026-11-22" }, -1)).toEqual({ from: "2026-11-09", to: "2026-11-15" });
  expect(beside({ from: "2026-11-16", to: "2026-11-22" }, 1)).toEqual({ from: "2026-11-23", to: "2026-11-29" });
});

test("the token of a sign-in link, and of nothing else", () => {
  expect(signInToken("#/sign-in/Abc-123_xyz")).toBe("Abc-123_xyz");
  expect(signInToken("#/sign-in/")).toBeUndefined();
  expect(signInToken("#/sign-in/short")).toBeUndefined();
  expect(signInToken("#/overview")).toBeUndefined();
  expect(signInToken("#/sign-in/<script>alert(1)</script>")).toBeUndefined();
});

test("the browser's dearest language that there is", () => {
  expect(preferredLanguage(["fr-FR", "zh-TW", "en"])).toBe("zh");
  expect(preferredLanguage(["EN-us"])).toBe("en");
  expect(preferredLanguage(["fr"])).toBe("en");
});
