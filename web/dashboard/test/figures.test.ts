import { describe, expect, test } from "vitest";
import type { Count, Rate } from "../src/api.ts";
import { Figures, countBounds, perRelease } from "../src/figures.ts";

const count = (value: number, low: number, high: number | null, exactLow = low, exactHigh = high ?? value): Count => ({
  value,
  low,
  high,
  exact_low: exactLow,
  exact_high: exactHigh,
  hidden: "",
});
const rate = (value: number, low: number, high: number | null): Rate => ({ value, low, high, hidden: "" });
const en = new Figures("en");
const zh = new Figures("zh");

describe("count", () => {
  test.each([
    // A value is no finer than two digits of its interval allow, and the half width never shrinks.
    [count(597_812, 597_571, 598_053), "597,810", "±250"],
    [count(12_431, 12_343, 12_519), "12,431", "±88"],
    [count(1_234_567, 1_210_000, 1_259_134), "1,235,000", "±25,000"],
    // Askew: both bounds.
    [count(60, 30, 120), "60", "30–120"],
    // Below no device there is none.
    [count(20, -24, 64), "20", "0–64"],
    [count(-5, -50, 40), "0", "0–40"],
    [count(4, 4, 4), "4", "±0"],
  ])("%j", (given, value, spread) => {
    expect(en.count(given, "both")).toEqual({ value, spread });
  });

  test("shows the interval that was asked for", () => {
    const given = count(1000, 900, 1100, 960, 1040);
    expect(en.count(given, "both").spread).toBe("±100");
    expect(en.count(given, "noise").spread).toBe("±40");
  });

  test("without an upper bound of chance is bounded by its noise", () => {
    expect(countBounds(count(-80, 0, null, -118, -42), "both")).toEqual({ low: 0, high: 0 });
  });

  test("the mean scales value and all bounds, and stays withheld", () => {
    const total = { ...count(300, 240, 360, 270, 330), hidden: "wide" as const };
    expect(perRelease(total, 30)).toEqual({ value: 10, low: 8, high: 12, exact_low: 9, exact_high: 11, hidden: "wide" });
    expect(perRelease(count(5, 0, null), 0).value).toBe(5);
  });
});

describe("rate", () => {
  test.each([
    [rate(0.03, 0.024768, 0.035561), "3.0%", "2.5–3.6%"],
    [rate(0.2, 0.1, 0.31), "20%", "10–31%"],
    [rate(0.05163, 0.0511, 0.0521), "5.16%", "5.11–5.21%"],
    [rate(1, 0.98, 1.3), "100%", "98–100%"],
    [rate(0.5, 0, null), "50%", "0–100%"],
  ])("%j", (given, value, spread) => {
    expect(en.rate(given)).toEqual({ value, spread });
  });
});

describe("uplift", () => {
  test.each([
    [rate(0.24, 0.12, 0.37), "+24%", "+12% to +37%"],
    [rate(-0.052, -0.11, 0.008), "\u22125%", "\u221211% to +1%"],
    [rate(0.3, 0.12, null), "+30%", "at least +12%"],
    [rate(0, -0.004, 0.004), "0.0%", "\u22120.4% to +0.4%"],
    // The sign of an end that leaves zero behind is written.
    [rate(-0.0158, -0.0302, -0.0012), "\u22121.6%", "\u22123.0% to \u22120.1%"],
    [rate(0.02, 0.0002, 0.04), "+2.00%", "+0.02% to +4.00%"],
  ])("%j", (given, value, spread) => {
    expect(en.uplift(given)).toEqual({ value, spread });
  });

  test("speaks Chinese", () => {
    expect(zh.uplift(rate(0.24, 0.12, 0.37)).spread).toBe("+12% 至 +37%");
    expect(zh.uplift(rate(0.3, 0.12, null)).spread).toBe("至少 +12%");
  });
});

describe("dates", () => {
  test("in both languages", () => {
    expect(en.date("2026-11-22")).toBe("22 Nov 2026");
    expect(zh.date("2026-11-22")).toBe("2026年11月22日");
    expect(zh.date("2026-11-22", "short")).toBe("11月22日");
  });

  test("a range says its year once", () => {
    expect(en.dates("2026-10-24", "2026-11-22").replaceAll("\u2009", " ")).toBe("24 Oct – 22 Nov 2026");
    expect(zh.dates("2026-10-24", "2026-11-22")).toBe("2026年10月24日 – 11月22日");
    expect(zh.dates("2026-12-24", "2027-01-22")).toBe("2026年12月24日 – 2027年1月22日");
  });

  test("what is no date stays as it is", () => {
    expect(en.date("soon")).toBe("soon");
    expect(en.dates("soon", "later")).toBe("soon – later");
  });
});

test("small probabilities as powers of ten", () => {
  expect(en.tiny(1e-6)).toBe("10⁻⁶");
  expect(en.tiny(0.003)).toBe("0.003");
});
