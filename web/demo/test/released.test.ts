import { describe, expect, test } from "vitest";
import type { Count, Report } from "../../dashboard/src/api";
import type { ClearReport } from "../../sdk/src/protocol";
import { beside, sumsOf } from "../bar/released";

const count = (value: number): Count => ({ value, low: value, high: value, exact_low: value, exact_high: value, hidden: "" });
const rate = { value: 0, low: 0, high: 1, hidden: "" } as const;
const sums = {
  present: { total: count(19873), days: [] },
  audience: ["shoes and bags", "new"].map((name, i) => ({ name, total: count(7000 + i), share: rate, days: [] })),
  funnel: {
    stages: ["visit", "cart", "order"],
    all: [19873, 3011, 902].map((n) => ({ reached: count(n), of_first: rate, of_previous: rate })),
    segments: [],
  },
  slots: [
    {
      name: "hero",
      goal: "click",
      variants: [],
      all: [{ name: "shoes", exposed: count(3389), won: count(210), rate }],
      segments: [],
      uplift: null,
      uplift_days: [],
    },
  ],
} as unknown as Report;

const own: ClearReport = {
  date: "2026-11-22",
  end: 0,
  cells: 113,
  ones: [
    { metric: "present", segment: "", column: "" },
    { metric: "audience", segment: "new", column: "" },
    { metric: "funnel", segment: "new", column: "cart" },
    { metric: "exposed hero by site", segment: "", column: "shoes" },
  ],
  weight: 9,
  sigma2: 185,
  revision: 1,
};

describe("beside", () => {
  test("has the visitor's own cells, and depth counts all stages above it", () => {
    expect(beside(sums, own, "en")).toEqual([
      { what: "Visitors", own: 1, released: 19873 },
      { what: "Group “new”", own: 1, released: 7001 },
      { what: "Reached: visit", own: 1, released: 19873 },
      { what: "Reached: cart", own: 1, released: 3011 },
      { what: "Saw the hero: shoes", own: 1, released: 3389 },
    ]);
  });

  test("of a day without the visitor has sums all the same, and no ones", () => {
    const rows = beside(sums, undefined, "zh");
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.every((row) => row.own === 0)).toBe(true);
  });
});

describe("sumsOf", () => {
  const answer =
    (status: number, body: unknown): typeof fetch =>
    () =>
      Promise.resolve(new Response(JSON.stringify(body), { status }));
  test("asks for that day alone", async () => {
    let asked = "";
    await sumsOf("2026-11-22", (address) => {
      asked = String(address);
      return answer(200, sums)("");
    });
    expect(asked).toBe("/api/v1/report?from=2026-11-22&to=2026-11-22");
  });
  test("signed out, failed, offline", async () => {
    expect(await sumsOf("2026-11-22", answer(401, {}))).toBe("sign in");
    expect(await sumsOf("2026-11-22", answer(500, {}))).toBeUndefined();
    expect(await sumsOf("2026-11-22", () => Promise.reject(new TypeError("offline")))).toBeUndefined();
  });
});
