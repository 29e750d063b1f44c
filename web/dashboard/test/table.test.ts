import { describe, expect, test } from "vitest";
import type { Rate, Slot, Variant } from "../src/api.ts";
import { calendar } from "../src/calendar.ts";
import { runs } from "../src/charts/lines.ts";
import { csv, fileName, json } from "../src/csv.ts";
import { ahead, leader } from "../src/slots.ts";
import {
  anyHidden,
  audienceDaysTable,
  audienceTable,
  funnelTable,
  presentTable,
  slotTable,
  upliftDaysTable,
  upliftTable,
  sifted,
  type Cell,
  type Table,
  campaignTable,
  hoursTable,
  leakTable,
  leavingTable,
  reasonsTable,
  revenueDaysTable,
  revenueTable,
  worthTable,
} from "../src/table.ts";
import { verdict, Words } from "../src/words.ts";
import { answers, changes, report } from "./fixture.ts";

const words = new Words("en", "both");
const week = report("2026-11-15", "2026-11-21", { missing: ["2026-11-17"] });
const hero = week.slots[0]!;
const five = answers("2026-11-15", "2026-11-21", ["2026-11-15~2026-11-21~1000~0.4~spring"]);

describe("calendar", () => {
  test("has the dates without a release, in their place", () => {
    const days = calendar(week);
    expect(days.map(({ date }) => date)).toEqual(["15", "16", "17", "18", "19", "20", "21"].map((day) => `2026-11-${day}`));
    expect(days.map(({ release }) => release)).toEqual([0, 1, undefined, 2, 3, 4, 5]);
  });

  test("a line is broken there", () => {
    const point = { value: 1, low: 0, high: 2 };
    expect(runs([undefined, point, point, undefined, point])).toEqual([
      [1, 2],
      [4, 4],
    ]);
    expect(runs([])).toEqual([]);
  });
});

describe("tables", () => {
  test("rows are searched and sorted; what is withheld stays last", () => {
    const share = (value: number, hidden: "" | "noise" = ""): Cell => ({ kind: "rate", rate: { value, low: 0, high: 1, hidden } });
    const table: Table = {
      title: "t",
      file: "t",
      corner: ["name"],
      columns: [{ label: "share", kind: "rate" }],
      rows: [
        { names: ["Shoes 10"], cells: [share(0.2)] },
        { names: ["bags"], cells: [share(0.9, "noise")] },
        { names: ["shoes 9"], cells: [share(0.5)] },
        { names: ["hats"], cells: [{ kind: "none" }] },
      ],
    };
    const names = (sought: string, column?: number, down = false): string[] =>
      sifted(table, sought, column === undefined ? undefined : { column, down }, "en").rows.map(({ names }) => names[0]!);
    expect(names("")).toEqual(["Shoes 10", "bags", "shoes 9", "hats"]);
    expect(names(" SHOES ")).toEqual(["Shoes 10", "shoes 9"]);
    expect(names("gloves")).toEqual([]);
    expect(names("", 0)).toEqual(["bags", "hats", "shoes 9", "Shoes 10"]);
    expect(names("", 1, true)).toEqual(["shoes 9", "Shoes 10", "bags", "hats"]);
    expect(names("", 1)).toEqual(["Shoes 10", "shoes 9", "bags", "hats"]);
  });

  test.each<[string, Table, number]>([
    ["present", presentTable(week, words), 8],
    ["segments", audienceTable(week, words), 5],
    ["segments by date", audienceDaysTable(week, words), 7],
    ["funnel", funnelTable(week, words), 18],
    ["slot", slotTable(hero, words), 42],
    ["present and before", presentTable(week, words, changes("2026-11-15", "2026-11-21")), 8],
    ["segments and change", audienceTable(week, words, changes("2026-11-15", "2026-11-21")), 5],
    ["funnel and change", funnelTable(week, words, changes("2026-11-15", "2026-11-21")), 18],
    ["uplift and change", upliftTable(week.slots, words, changes("2026-11-15", "2026-11-21")), 2],
    ["revenue and change", revenueTable(week.revenues[1]!, words, changes("2026-11-15", "2026-11-21")), 4],
    ["revenue", revenueTable(week.revenues[1]!, words), 4],
    ["revenue by date", revenueDaysTable(week, week.revenues[0]!, words), 7],
    ["leaving", leavingTable(five, words), 5],
    ["reasons", reasonsTable(five, words), 4],
    ["leaks", leakTable(five, words), 5],
    ["campaigns", campaignTable(five.campaigns, words), 1],
    ["hours", hoursTable(five, words), 5],
    ["worth", worthTable(five, words), 2],
    ["uplift", upliftTable(week.slots, words), 2],
    ["uplift by date", upliftDaysTable(hero, words), 6],
  ])("%s: each row has every column, and the file every row", (_, table, rows) => {
    expect(table.rows).toHaveLength(rows);
    for (const row of table.rows) {
      expect(row.names).toHaveLength(table.corner.length);
      expect(row.cells).toHaveLength(table.columns.length);
    }
    const lines = csv(table, words).trimEnd().split("\r\n");
    expect(lines).toHaveLength(rows + 1);
    const width = table.corner.length + table.columns.reduce((sum, { kind }) => sum + { count: 7, money: 5, rate: 4, uplift: 4 }[kind], 0);
    for (const line of lines) expect(line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)).toHaveLength(width);
  });

  test("the file has raw numbers, the withheld too", () => {
    const table: Table = {
      title: "t",
      file: "f",
      corner: ["Segment"],
      columns: [
        { label: "Devices", kind: "count" },
        { label: "Rate", kind: "rate" },
      ],
      rows: [
        {
          names: ['=cmd("x"), y'],
          cells: [
            { kind: "count", count: { value: -7, low: 0, high: null, exact_low: -45, exact_high: 31, hidden: "noise" } },
            { kind: "rate", rate: { value: 0.031234, low: 0.02, high: null, hidden: "wide" } },
          ],
        },
        { names: ["new"], cells: [{ kind: "none" }, { kind: "none" }] },
      ],
    };
    expect(anyHidden(table)).toBe(true);
    expect(csv(table, words)).toBe(
      '\uFEFFSegment,Devices,"Devices, 95% low","Devices, 95% high","Devices, noise only low","Devices, noise only high","Devices, noise variance","Devices, withheld",' +
        'Rate,"Rate, 95% low","Rate, 95% high","Rate, withheld"\r\n' +
        '"\'=cmd(""x""), y",-7,0,,-45,31,375.88505,noise,0.031234,0.02,,wide\r\n' +
        "new,,,,,,,,,,,\r\n",
    );
    const source = {
      site: "shop.example",
      from: "2026-11-15",
      to: "2026-11-21",
      releases: 6,
      missing: ["2026-11-17"],
      plan: "6f1d",
      serial: 2,
      mixed_noise: true,
    };
    expect(JSON.parse(json(table, source))).toEqual({
      title: "t",
      ...source,
      bounds: "95 %",
      rows: [
        {
          Segment: '=cmd("x"), y',
          Devices: { value: -7, low: 0, high: null, exact_low: -45, exact_high: 31, hidden: "noise", noise_variance: 375.88505 },
          Rate: { value: 0.031234, low: 0.02, high: null, hidden: "wide" },
        },
        { Segment: "new", Devices: null, Rate: null },
      ],
    });
    expect(fileName(table, "shop.example", "2026-11-15", "2026-11-21", "csv")).toBe("dunlin-shop.example-f-2026-11-15-2026-11-21.csv");
  });
});

describe("what may be claimed", () => {
  const none = { value: 0, low: 0, high: 0, exact_low: 0, exact_high: 0, hidden: "" } as const;
  const variant = (name: string, low: number, high: number | null, hidden: Rate["hidden"] = ""): Variant => ({
    name,
    exposed: none,
    won: none,
    rate: { value: (low + (high ?? 1)) / 2, low, high, hidden },
  });

  test.each<[string, Variant[], string | undefined]>([
    ["a whole interval above the others", [variant("a", 0.04, 0.05), variant("b", 0.06, 0.07)], "b"],
    ["overlap", [variant("a", 0.04, 0.061), variant("b", 0.06, 0.07)], undefined],
    ["touching bounds", [variant("a", 0.04, 0.06), variant("b", 0.06, 0.07)], undefined],
    ["a withheld rival that may be higher", [variant("a", 0, 1, "noise"), variant("b", 0.06, 0.07)], undefined],
    ["a rival without bound", [variant("a", 0, null, "wide"), variant("b", 0.06, 0.07)], undefined],
    ["withheld itself", [variant("a", 0.01, 0.02), variant("b", 0.06, 0.07, "wide")], undefined],
    ["the holdout is no rival", [variant("a", 0.04, 0.05), variant("b", 0.06, 0.07), variant("holdout", 0.08, 0.09)], "b"],
    ["alone", [variant("a", 0.04, 0.05), variant("holdout", 0, 0.01)], undefined],
  ])("leader: %s", (_, variants, name) => {
    expect(leader(variants)?.name).toBe(name);
  });

  test("of two arms their difference decides, of the whole site alone", () => {
    const arms = (low: number, high: number): Slot => {
      const all = [
        variant("first", 0.44, 0.45),
        { ...variant("second", 0.435, 0.445), uplift: { value: (low + high) / 2, low, high, hidden: "" as const } },
      ];
      const slot = {
        kind: "campaign",
        name: "gate",
        goal: "order",
        variants: ["first", "second"],
        all,
        segments: [{ name: "new", variants: all }],
      };
      return { ...slot, against: "first", uplift: null, ratio: null, power: null, uplift_days: [] } as Slot;
    };
    expect(ahead(arms(-0.03, -0.001), "")?.name).toBe("first");
    expect(ahead(arms(0.001, 0.03), "")?.name).toBe("second");
    expect(ahead(arms(-0.03, 0.001), "")).toBeUndefined();
    expect(ahead(arms(-0.03, -0.001), "new")).toBeUndefined();
  });

  test("a slot is called by its goal where the campaign has several", () => {
    const first = { kind: "campaign", name: "gate", of: "", goal: "back_on_day_1", goal_name: "retention_1" } as Slot;
    const second = { kind: "campaign", name: "gate · retention_7", of: "gate", goal: "back_on_day_7", goal_name: "retention_7" } as Slot;
    const words = new Words("en", "both");
    expect([first, second].map((slot) => words.named(slot, [first, second]))).toEqual(["gate · retention_1", "gate · retention_7"]);
    expect(words.named(first, [first])).toBe("gate");
    expect(words.aim({ goal: "order" })).toBe(words.goal("order"));
  });

  test.each<[Rate, ReturnType<typeof verdict>]>([
    [{ value: 0.2, low: 0.01, high: 0.4, hidden: "" }, "more"],
    [{ value: 0.2, low: 0.01, high: null, hidden: "" }, "more"],
    [{ value: -0.2, low: -0.4, high: -0.01, hidden: "" }, "less"],
    [{ value: 0.2, low: 0, high: 0.4, hidden: "" }, "even"],
    [{ value: 0.2, low: -0.3, high: null, hidden: "" }, "unknown"],
    [{ value: 0.2, low: 0.1, high: 0.4, hidden: "noise" }, "unknown"],
  ])("verdict on %j is %s", (uplift, said) => {
    expect(verdict(uplift)).toBe(said);
  });

  test("withheld numbers are words, never digits", () => {
    const slot: Slot = hero;
    const withheld = slot.segments.flatMap(({ variants }) => variants).filter(({ rate }) => rate.hidden !== "");
    expect(withheld.length).toBeGreaterThan(0);
    for (const { rate } of withheld) expect(words.rate(rate)).not.toMatch(/\d/);
  });
});
