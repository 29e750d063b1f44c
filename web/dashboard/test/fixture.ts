/**
 * A console's answers of invented data: 90 days of some 20,000 devices of the demo shop,
 * with the plan of plans/demo.yaml. The same each time.
 *
 * @module
 */
import type { Answers, Bin, Change, Changes, Count, Estimate, Mean, Report, Revenue, Site, Slot, Sort, Sum, Variant } from "../src/api.ts";
import { beside, cost, shift } from "../src/location.ts";
import { count, rate, uplift } from "./intervals.ts";

const last = "2026-11-21";
const releases = 90;
const sigma2 = 185;
/** Variance of one released cell. */
const v = 2 * sigma2;

const segments = ["regulars", "shoes and bags", "sports and kids", "returning", "new"] as const;
const shares = [0.09, 0.24, 0.21, 0.16, 0.3];
const stages = ["visit", "cart", "order"] as const;
/** Of the devices of a segment, by stage. */
const depth = [
  [0.97, 0.34, 0.12],
  [0.97, 0.22, 0.065],
  [0.96, 0.2, 0.055],
  [0.95, 0.15, 0.034],
  [0.92, 0.09, 0.014],
];

interface SlotModel {
  readonly name: string;
  readonly variants: readonly string[];
  /** Of the devices that saw the slot, by segment and variant. */
  readonly weights: readonly (readonly number[])[];
  readonly rates: readonly (readonly number[])[];
  readonly held: readonly number[];
  readonly bySegment: boolean;
}

const models: readonly SlotModel[] = [
  {
    name: "hero",
    variants: ["plain", "shoes", "bags", "watches", "sports", "kids"],
    weights: [
      [0.1, 0.3, 0.2, 0.14, 0.16, 0.1],
      [0.04, 0.5, 0.38, 0.03, 0.03, 0.02],
      [0.04, 0.04, 0.03, 0.03, 0.46, 0.4],
      [0.12, 0.12, 0.11, 0.45, 0.12, 0.08],
      [0.2, 0.22, 0.18, 0.14, 0.15, 0.11],
    ],
    rates: [
      [0.06, 0.13, 0.11, 0.12, 0.1, 0.09],
      [0.045, 0.125, 0.12, 0.05, 0.05, 0.04],
      [0.04, 0.05, 0.045, 0.05, 0.115, 0.11],
      [0.045, 0.07, 0.06, 0.11, 0.06, 0.05],
      [0.04, 0.062, 0.055, 0.05, 0.05, 0.045],
    ],
    held: [0.062, 0.048, 0.043, 0.05, 0.041],
    bySegment: true,
  },
  {
    name: "promotion",
    variants: ["plain", "free_shipping", "bundle"],
    weights: segments.map(() => [0.2, 0.5, 0.3]),
    rates: segments.map(() => [0.031, 0.036, 0.033]),
    held: segments.map(() => 0.0325),
    bySegment: false,
  },
];

/** Numbers that look like chance: mulberry32, the same for each run. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What one day's release says. Cells are in the order of the plan. */
interface Day {
  readonly date: string;
  readonly present: number;
  readonly audience: readonly number[];
  /** By segment and stage: the deepest reached. */
  readonly funnel: readonly (readonly number[])[];
  /** By slot, segment (or site) and column, the holdout's last. */
  readonly exposed: readonly (readonly (readonly number[])[])[];
  readonly won: readonly (readonly (readonly number[])[])[];
}

function invent(): readonly Day[] {
  const draw = chance(4);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  const noised = (mean: number): number => Math.round(mean + gauss() * Math.sqrt(Math.max(0, mean)) + gauss() * Math.sqrt(v));
  return Array.from({ length: releases }, (_, index) => {
    const week = 1 + 0.09 * Math.cos(((index + 1) / 7) * 2 * Math.PI) + (draw() - 0.5) * 0.02;
    const devices = 19_400 * week * (1 + index * 0.0006);
    const part = shares.map((share, place) => devices * share * (1 + (place === 4 ? -1 : 0.5) * index * 0.0012));
    const exposed: number[][][] = [];
    const won: number[][][] = [];
    for (const model of models) {
      const seen = part.map((size, place) => [...model.weights[place]!.map((weight) => size * 0.78 * 0.9 * weight), size * 0.78 * 0.1]);
      const reached = seen.map((row, place) => row.map((size, column) => size * (model.rates[place]![column] ?? model.held[place]!)));
      const whole = (rows: number[][]): number[][] => [rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0))];
      exposed.push((model.bySegment ? seen : whole(seen)).map((row) => row.map(noised)));
      won.push((model.bySegment ? reached : whole(reached)).map((row) => row.map(noised)));
    }
    return {
      date: shift(last, index + 1 - releases),
      present: noised(devices),
      audience: part.map(noised),
      funnel: part.map((size, place) => depth[place]!.map((share, stage) => noised(size * (share - (depth[place]![stage + 1] ?? 0))))),
      exposed,
      won,
    };
  });
}

const days = invent();

/** What the fixture's site is. */
export const site: Site = {
  site: "demo-shop.example",
  timezone: "UTC",
  first: days[0]!.date,
  last,
  period: "day",
  label: "20,000 visitors a day, made up by a program (seed 1)",
};

const add = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Sums of one slot over days; cells of the site are sums over segments where there is no metric by site. */
function slotOf(model: SlotModel, index: number, chosen: readonly Day[]): Slot {
  const rows = model.bySegment ? segments.length : 1;
  const names = [...model.variants, "holdout"];
  const total = (pick: (day: Day) => number): number => add(chosen.map(pick));
  const variant = (name: string, seen: number, reached: number, cells: number): Variant => ({
    name,
    exposed: count(seen, cells * v * chosen.length),
    won: count(reached, cells * v * chosen.length),
    rate: rate(reached, seen, cells * v * chosen.length, cells * v * chosen.length, 0),
  });
  const bySegment = Array.from({ length: rows }, (_, row) =>
    names.map((name, column) =>
      variant(
        name,
        total((day) => day.exposed[index]![row]![column]!),
        total((day) => day.won[index]![row]![column]!),
        1,
      ),
    ),
  );
  // The plan counts each slot by site as well, in cells of their own noise.
  const all = names.map((name, column) =>
    variant(name, add(bySegment.map((row) => row[column]!.exposed.value)), add(bySegment.map((row) => row[column]!.won.value)), 1),
  );
  const found = (upTo: readonly Day[]): NonNullable<Slot["uplift"]> => {
    const sum = (pick: (day: Day) => number): number => add(upTo.map(pick));
    const over = (from: "exposed" | "won", first: number, end: number): number =>
      sum((day) => add(day[from][index]!.map((row) => add(row.slice(first, end)))));
    const wide = model.variants.length;
    const treated = rate(over("won", 0, wide), over("exposed", 0, wide), wide * v * upTo.length, wide * v * upTo.length, 0);
    const control = rate(over("won", wide, wide + 1), over("exposed", wide, wide + 1), v * upTo.length, v * upTo.length, 0);
    return { rate: uplift(treated, control), treated, control };
  };
  return {
    kind: "slot",
    name: model.name,
    goal: "click",
    variants: [...model.variants],
    all,
    segments: model.bySegment ? segments.map((name, row) => ({ name, variants: bySegment[row]! })) : [],
    against: "holdout",
    uplift: found(chosen),
    ratio: {
      expected: 0.1,
      observed: rate(
        total((day) => day.exposed[index]![0]!.at(-1)!),
        total((day) => add(day.exposed[index]![0]!)),
        v,
        7 * v,
        v,
      ),
      odd: index === 1,
    },
    power: { uplift: 0.05, periods: index === 1 ? null : 41 },
    uplift_days: chosen.map(({ date }, place) => ({ date, rate: found(chosen.slice(0, place + 1)).rate })),
  };
}

/** Distributions as a plan has them that asks for each kind. */
function sortsOf(t: number): Sort[] {
  const bin = (name: string, part: number, back?: number): Bin => ({
    name,
    total: count(Math.round(20_000 * t * part), v * t),
    share: rate(Math.round(20_000 * t * part), 20_000 * t, v * t, 4 * v * t, v * t),
    gain: back === undefined ? null : rate(Math.round(20_000 * t * part * back), Math.round(20_000 * t * part), v * t, v * t, 0),
  });
  const mood = [bin("unhappy", 0.06, 0.31), bin("came to the cart", 0.22, 0.62), bin("reads", 0.7, 0.48), bin("angry", 0.00001, 0)];
  const answers = [0.04, 0.06, 0.16, 0.4, 0.34].map((part, index) => bin(`${index + 1}`, part / 50));
  const mean = { value: 3.94, low: 3.87, high: 4.01, hidden: "" } as const;
  const channels = [bin("direct", 0.4), bin("organic", 0.31), bin("社交", 0.2), bin("unknown", 0.09)];
  const hours = [bin("below 6", 0.05), bin("6 to 9", 0.2), bin("10 to 16", 0.3), bin("17 to 21", 0.4), bin("22 and more", 0.05)];
  const cohorts = Array.from({ length: 6 }, (_, row) => ({
    from: shift(last, row - 5),
    size: count(2400 + 90 * row, v),
    back: [0.46, 0.31, 0.24, 0.21, 0.19].map((part, age) => ({
      rate: row + age > 4 ? null : rate(Math.round(2400 * part), 2400, v, v, 0),
    })),
  }));
  // One hour is surely ahead, and one withheld; of the seventh day there is no release.
  const week = (part: number) =>
    [1, 2, 3, 4, 5, 6].map((day) => ({
      day,
      releases: 4,
      bins: hours.map((_, band) => count(Math.round(part * (day === 6 && band === 3 ? 24_000 : band === 0 ? 3 : 4000 + 300 * day)), 4 * v)),
    }));
  return [
    {
      kind: "dimension",
      variable: "hour",
      name: "hour",
      of: "all",
      all: hours,
      segments: segments.map((name) => ({ name, bins: hours, score: null, week: week(0.2) })),
      score: null,
      cohorts: null,
      week: week(1),
    },
    {
      kind: "dimension",
      variable: "periods_since_first",
      name: "periods since the first",
      of: "all",
      all: [bin("0", 0.2), bin("1", 0.1), bin("2 and more", 0.7)],
      segments: [],
      score: null,
      cohorts,
    },
    {
      kind: "dimension",
      variable: "channel",
      name: "channel",
      of: "all",
      all: channels,
      segments: segments.map((name) => ({ name, bins: channels, score: null })),
      score: null,
      cohorts: null,
    },
    { kind: "dimension", variable: "", name: "state of the week", of: "all", all: mood, segments: [], score: null, cohorts: null },
    {
      kind: "answers",
      variable: "",
      name: "happy",
      of: "all",
      all: answers,
      segments: [],
      score: { kind: "csat", mean, rate: rate(400 * t, 1900 * t, v * t, v * t, 0) },
      cohorts: null,
    },
    {
      kind: "topics",
      variable: "",
      name: "",
      of: "present",
      all: [bin("shoes", 0.3), bin("bags", 0.12)],
      segments: [],
      score: null,
      cohorts: null,
    },
    {
      kind: "reached",
      variable: "",
      name: "digest",
      of: "present",
      all: [bin("banner", 0.2, 0.08), bin("e-mail", 0.1, 0.03)],
      segments: [],
      score: null,
      cohorts: null,
    },
    { kind: "state", variable: "", name: "lapse_risk", of: "all", all: mood, segments: [], score: null, cohorts: null },
  ];
}

/** What orders came to, and what a campaign brought. */
function revenuesOf(chosen: readonly Day[]): Revenue[] {
  const t = Math.max(1, chosen.length);
  const sum = (value: number, noise: number, chance: number): Sum => ({
    value,
    low: value - 1.96 * Math.sqrt(noise + chance),
    high: value + 1.96 * Math.sqrt(noise + chance),
    exact_low: value - 1.96 * Math.sqrt(noise),
    exact_high: value + 1.96 * Math.sqrt(noise),
    hidden: "",
  });
  const mean = (value: number): Mean => ({ value, low: value * 0.94, high: value * 1.06, hidden: "" });
  const noise = v * (20 ** 2 + 60 ** 2 + 150 ** 2);
  const arm = (name: string, shown: number, spent: number) => ({
    name,
    exposed: count(shown * t, v * t),
    total: sum(spent * t, noise * t, spent * t * 60),
    per_head: mean(spent / shown),
  });
  return [
    {
      name: "shop",
      kind: "site",
      of: "",
      top: 150,
      total: sum(31_000 * t, noise * t, 31_000 * t * 70),
      per_head: mean(1.55),
      arms: [],
      segments: segments.map((name, row) => ({
        name,
        total: sum((9_000 - 1_700 * row) * t, noise * t, 500_000 * t),
        per_head: mean(2.4 - 0.4 * row),
      })),
      days: chosen.map(({ date, present }) => ({ date, sum: sum(present * 1.55, noise, present * 90) })),
      increment: null,
      against: "",
    },
    {
      name: "spring",
      kind: "campaign",
      of: "spring",
      top: 150,
      total: sum(9_400 * t, noise * t, 9_400 * t * 60),
      per_head: mean(1.9),
      arms: [arm("none", 1_000, 1_500), arm("voucher", 4_000, 7_900)],
      segments: [],
      days: chosen.map(({ date }) => ({ date, sum: sum(9_400, noise, 564_000) })),
      increment: sum(1_900 * t, 20 * noise * t, 900_000 * t),
      against: "none",
    },
  ];
}

/** A range held against the one before it. */
export function changes(from: string, to: string, odd: Odd = {}): Changes {
  const { from: first, to: end } = beside({ from, to }, -1);
  const then = report(first, end, odd);
  const change = (value: number, before: number, half = 0.02): Change => ({
    value,
    low: value - half,
    high: value + half,
    before,
    hidden: "",
  });
  const known = then.range.releases > 4;
  const none: Change = { value: 0, low: 0, high: null, before: 0, hidden: "empty" };
  return {
    before: then.range,
    state: known ? "found" : "unknown",
    present: known ? change(0.061, 18_800) : none,
    series: then.present.days,
    audience: odd.bare ? [] : segments.map((name, row) => ({ name, change: known ? change(0.05 - row / 20, 4000) : none })),
    funnel: odd.bare ? [] : stages.slice(1).map((name) => ({ name, change: known ? change(-0.004, 0.05, 0.003) : none })),
    places: odd.bare ? [] : models.map(({ name }) => ({ name, change: known ? change(0.001, 0.08, 0.002) : none })),
    revenues: odd.bare ? [] : ["shop", "spring"].map((name) => ({ name, change: known ? change(-0.07, 30_000, 0.05) : none })),
  };
}

/** The five questions, answered: of a bare plan none is asked. */
export function answers(from: string, to: string, costs: readonly string[], odd: Odd = {}): Answers {
  const range = report(from, to, odd).range;
  const about = (value: number, half: number): Estimate => ({ value, low: value - half, high: value + half });
  const state = odd.bare ? ("not asked" as const) : ("found" as const);
  const base = { range, before: { ...range, from: shift(from, -30), to: shift(from, -1) } };
  if (odd.bare) {
    return {
      ...base,
      leaving: { state, segment: "", groups: [], reasons: [], reason: "", survey: "" },
      leak: { state, segment: "", from: "", to: "", steps: [] },
      campaigns: [],
      hours: { state, segments: [] },
      worth: { state, places: [] },
      factors: { state, list: [] },
    };
  }
  const spring = revenuesOf(days.filter(({ date }) => date >= from && date <= to))[1]!;
  const said = costs.map(cost).find((it) => it?.name === "spring");
  const times = (k: number, less: number): Estimate => ({
    value: spring.increment!.value * k - less,
    low: spring.increment!.low * k - less,
    high: spring.increment!.high * k - less,
  });
  const roi = said ? times(said.margin / said.amount, 1) : null;
  return {
    ...base,
    leaving: {
      state,
      segment: segments[2],
      groups: segments.map((name, row) => ({
        name,
        before: about(0.55 - row / 40, 0.014),
        after: about(row === 2 ? 0.41 : 0.55 - row / 40, 0.014),
        change: about(row === 2 ? -0.045 : 0.004 * (row - 1), 0.007),
        named: row === 2,
      })),
      reasons: ["delivery", "price", "range", "other"].map((answer, row) => ({
        answer,
        before: about(0.25, 0.02),
        after: about(row === 0 ? 0.52 : 0.16, 0.03),
        change: about(row === 0 ? 0.27 : -0.09, 0.036),
        named: row === 0,
      })),
      reason: "delivery",
      survey: "leaving",
    },
    leak: {
      state,
      segment: segments[3],
      from: stages[0],
      to: stages[1],
      steps: segments.map((segment, row) => ({
        segment,
        from: stages[0],
        to: stages[1],
        rate: about(0.21 - row / 60, 0.004),
        rest: about(0.21, 0.002),
        lost: about(row === 3 ? 6050 : 200 * (row - 1), 270),
        named: row === 3,
      })),
    },
    campaigns: [
      {
        name: "spring",
        kind: "campaign",
        against: "none",
        from: said?.from ?? from,
        to: said?.to ?? to,
        state: roi ? (roi.low > 0 || roi.high < 0 ? "found" : "none") : "unknown",
        paid: !!roi && roi.low > 0,
        cost: said?.amount ?? 0,
        margin: said?.margin ?? 1,
        revenue: spring.total,
        increment: spring.increment,
        roi: said ? about((spring.total.value * said.margin) / said.amount - 1, 0.2) : null,
        incremental: roi,
        break_even: times(said?.margin ?? 1, 0),
      },
    ],
    hours: {
      state,
      segments: segments.map((segment, row) => ({
        segment,
        state: row === 4 ? "none" : "found",
        band: "17 to 21",
        share: about(0.31, 0.008),
        next: "10 to 16",
        ahead: about(row === 4 ? 0.001 : 0.1, 0.011),
      })),
    },
    factors: {
      state,
      list: ["reached", "won", "came back"].map((outcome, row) => ({
        outcome,
        of: ["order", "hero", "who"][row]!,
        group: segments[row]!,
        rate: about(0.3 - row / 20, 0.01),
        rest: 0.25,
        diff: about(0.05 - row / 20, 0.015),
        named: row === 0,
      })),
    },
    worth: {
      state,
      places: models.map(({ name }, row) => ({
        kind: "slot" as const,
        name,
        goal: "click",
        against: "holdout",
        treated: about(0.085, 0.001),
        control: about(0.054, 0.002),
        gain: about(row === 0 ? 0.031 : 0.001, 0.002),
        extra: about(row === 0 ? 12_900 : 400, 800),
        named: row === 0,
      })),
    },
  };
}

/** What may differ from the usual report. */
export interface Odd {
  /** Dates that have no release. */
  readonly missing?: readonly string[];
  readonly mixedNoise?: boolean;
  readonly plans?: number;
  /** The plan measures presence alone. */
  readonly bare?: boolean;
}

/** The report of a range of days, both counted. */
export function report(from: string, to: string, odd: Odd = {}): Report {
  const missing = (odd.missing ?? []).filter((date) => date >= from && date <= to);
  const chosen = days.filter(({ date }) => date >= from && date <= to && !missing.includes(date));
  const t = Math.max(1, chosen.length);
  const total = (pick: (day: Day) => number, cells = 1): Count => count(add(chosen.map(pick)), cells * v * t);
  const reached = (day: Day, row: number, stage: number): number => add(day.funnel[row]!.slice(stage));
  const stageOf = (rows: readonly number[]) =>
    stages.map((_, stage) => {
      const sum = (at: number): number => add(chosen.map((day) => add(rows.map((row) => reached(day, row, at)))));
      const cells = (at: number): number => rows.length * (stages.length - at) * v * t;
      const of = (at: number) => rate(sum(stage), sum(at), cells(stage), cells(at), cells(stage));
      return { reached: count(sum(stage), cells(stage)), of_first: of(0), of_previous: of(Math.max(0, stage - 1)) };
    });
  const everyone = add(chosen.map((day) => add(day.audience)));
  return {
    plan: {
      digest: "6f1d0c8f3a5be9274c1e84d2b7a093f5e86cd1b20f47a9356e2b8d7c904fa1e3",
      serial: 2,
      period: "day",
      cells: 113,
      weight: 9,
      sigma2,
      min_batch: 100,
      consent: "ask",
      holdout: 0.1,
      epsilon: { one: 0.9995, days30: 6.4752, year: 29.772, delta: 1e-6 },
      most_cells: 1024,
      segments: 5,
      segment_cells: 22,
      uncrossed: [
        { kind: "dimension", name: "state of the week", cells: 16 },
        { kind: "dimension", name: "periods since the first", cells: 12 },
        { kind: "state", name: "lapse_risk", cells: 0 },
      ],
    },
    plans: odd.plans ?? 1,
    mixed_noise: odd.mixedNoise ?? false,
    range: { from, to, releases: chosen.length, missing },
    grain: "",
    present: {
      total: total(({ present }) => present),
      days: chosen.map(({ date, present }) => ({ date, count: count(present, v) })),
    },
    audience: odd.bare
      ? null
      : segments.map((name, row) => ({
          name,
          total: total(({ audience }) => audience[row]!),
          share: rate(add(chosen.map(({ audience }) => audience[row]!)), everyone, v * t, segments.length * v * t, v * t),
          days: chosen.map(({ audience }) => count(audience[row]!, v)),
        })),
    funnel: odd.bare
      ? null
      : {
          stages: [...stages],
          all: stageOf(segments.map((_, row) => row)),
          segments: segments.map((name, row) => ({ name, stages: stageOf([row]) })),
        },
    slots: odd.bare ? [] : models.map((model, index) => slotOf(model, index, chosen)),
    sorts: odd.bare ? [] : sortsOf(t),
    revenues: odd.bare ? [] : revenuesOf(chosen),
  };
}
