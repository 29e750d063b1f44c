/**
 * Tables: what a chart shows, to be read on the page and downloaded.
 *
 * @module
 */
import type { Count, Mean, Rate, Revenue, Sum } from "./api.ts";
import { calendar } from "./calendar.ts";
import type { Words } from "./words.ts";
import type { Hidden, Report, Slot, Sort } from "./api.ts";

/** One cell. */
export type Cell =
  | { readonly kind: "count"; readonly count: Count }
  | { readonly kind: "rate"; readonly rate: Rate }
  | { readonly kind: "uplift"; readonly rate: Rate }
  | { readonly kind: "money"; readonly money: Sum | Mean }
  | { readonly kind: "none" }; // no release, or not counted there

/** What a column holds. */
export type Kind = Exclude<Cell["kind"], "none">;

/** A table. */
export interface Table {
  readonly title: string;
  /** Goes into the file's name: "segments". */
  readonly file: string;
  /** Headings of the columns that name a row. */
  readonly corner: readonly string[];
  readonly columns: readonly { readonly label: string; readonly kind: Kind }[];
  readonly rows: readonly { readonly names: readonly string[]; readonly cells: readonly Cell[] }[];
}

const none: Cell = { kind: "none" };
const count = (count: Count): Cell => ({ kind: "count", count });
const rate = (rate: Rate): Cell => ({ kind: "rate", rate });
const uplift = (rate: Rate): Cell => ({ kind: "uplift", rate });
const money = (money: Sum | Mean): Cell => ({ kind: "money", money });

/** Why a cell's number is withheld; empty where it is shown, or where there is none. */
export function hiddenOf(cell: Cell): Hidden {
  switch (cell.kind) {
    case "none":
      return "";
    case "count":
      return cell.count.hidden;
    case "money":
      return cell.money.hidden;
    default:
      return cell.rate.hidden;
  }
}

/** Whether any number of a table is withheld. */
export function anyHidden(table: Table): boolean {
  return table.rows.some(({ cells }) => cells.some((cell) => hiddenOf(cell) !== ""));
}

/** Devices present, by date. */
export function presentTable(report: Report, words: Words): Table {
  return {
    title: words.say("present.title"),
    file: "present",
    corner: [words.say("table.date")],
    columns: [{ label: words.say("present.count"), kind: "count" }],
    rows: [
      ...calendar(report).map(({ date, release }) => ({
        names: [date],
        cells: [release === undefined ? none : count(report.present.days[release]!.count)],
      })),
      { names: [words.say("present.total")], cells: [count(report.present.total)] },
    ],
  };
}

/** Segments, all dates together. */
export function audienceTable(report: Report, words: Words): Table {
  return {
    title: words.say("audience.title"),
    file: "segments",
    corner: [words.say("table.segment")],
    columns: [
      { label: words.say("present.total"), kind: "count" },
      { label: words.say("audience.share"), kind: "rate" },
    ],
    rows: (report.audience ?? []).map(({ name, total, share }) => ({ names: [name], cells: [count(total), rate(share)] })),
  };
}

/** Segments by date. */
export function audienceDaysTable(report: Report, words: Words): Table {
  const audience = report.audience ?? [];
  return {
    title: words.say("audience.over"),
    file: "segments-by-date",
    corner: [words.say("table.date")],
    columns: audience.map(({ name }) => ({ label: name, kind: "count" })),
    rows: calendar(report).map(({ date, release }) => ({
      names: [date],
      cells: audience.map(({ days }) => (release === undefined || !days[release] ? none : count(days[release]))),
    })),
  };
}

/** The funnel of the whole site and of each segment. */
export function funnelTable(report: Report, words: Words): Table {
  const funnel = report.funnel ?? { stages: [], all: [], segments: [] };
  const groups = [{ name: words.say("table.all"), stages: funnel.all }, ...funnel.segments.map(({ name, stages }) => ({ name, stages }))];
  return {
    title: words.say("funnel.title"),
    file: "funnel",
    corner: [words.say("table.segment"), words.say("table.stage")],
    columns: [
      { label: words.say("funnel.reached"), kind: "count" },
      { label: words.say("funnel.ofFirst"), kind: "rate" },
      { label: words.say("funnel.ofPrevious"), kind: "rate" },
    ],
    rows: groups.flatMap((group) =>
      group.stages.map(({ reached, of_first, of_previous }, index) => ({
        names: [group.name, funnel.stages[index] ?? ""],
        cells: [count(reached), index === 0 ? none : rate(of_first), index === 0 ? none : rate(of_previous)],
      })),
    ),
  };
}

/** A slot's variants, for the whole site and each segment. */
export function slotTable(slot: Slot, words: Words): Table {
  const groups = [{ name: words.say("table.all"), variants: slot.all }, ...slot.segments];
  return {
    title: `${words.say("slots.ratesTitle")} (${slot.name})`,
    file: `slot-${slot.name}`,
    corner: [words.say("table.segment"), words.say("table.variant")],
    columns: [
      { label: words.say("slots.exposed"), kind: "count" },
      { label: words.say("slots.won"), kind: "count" },
      { label: words.say("slots.rate"), kind: "rate" },
    ],
    rows: groups.flatMap((group) =>
      group.variants.map((variant) => ({
        names: [group.name, words.variant(variant.name)],
        cells: [count(variant.exposed), count(variant.won), rate(variant.rate)],
      })),
    ),
  };
}

/** The uplift of each slot, all dates together. */
export function upliftTable(slots: readonly Slot[], words: Words): Table {
  return {
    title: words.say("slots.upliftTitle"),
    file: "uplift",
    corner: [words.say("slots.pick")],
    columns: [
      { label: words.say("slots.uplift"), kind: "uplift" },
      { label: words.say("slots.treated"), kind: "rate" },
      { label: words.say("slots.control"), kind: "rate" },
    ],
    rows: slots.map(({ name, uplift: found }) => ({
      names: [name],
      cells: found ? [uplift(found.rate), rate(found.treated), rate(found.control)] : [none, none, none],
    })),
  };
}

/** A slot's uplift, cumulated date by date. */
export function upliftDaysTable(slot: Slot, words: Words): Table {
  return {
    title: `${words.say("slots.upliftOver")} (${slot.name})`,
    file: `uplift-${slot.name}`,
    corner: [words.say("table.date")],
    columns: [{ label: words.say("slots.uplift"), kind: "uplift" }],
    rows: slot.uplift_days.map(({ date, rate: found }) => ({ names: [date], cells: [uplift(found)] })),
  };
}

/** What a distribution is called. */
export function sortTitle({ kind, name }: Sort, words: Words): string {
  return words.say(`sorts.title.${kind}`, { name });
}

/** What the second rate of its columns is: who came back, responded, solved it. */
export function gainTitle({ kind, name }: Sort, words: Words): string {
  switch (kind) {
    case "tried":
    case "reached":
      return words.say(`sorts.gain.${kind}`);
    case "state":
      return words.say(name === "lapse_risk" ? "sorts.gain.lapse" : "sorts.gain.state");
    default:
      return words.say("sorts.gain.dimension");
  }
}

/** A distribution, the whole site and each segment. */
export function sortTable(sort: Sort, words: Words): Table {
  const groups = [{ name: words.say("table.all"), bins: sort.all }, ...sort.segments];
  const gained = sort.all.some(({ gain }) => gain);
  return {
    title: sortTitle(sort, words),
    file: `${sort.kind}${sort.name && "-"}${sort.name}`,
    corner: [words.say("table.segment"), sort.name || words.say("sorts.jump")],
    columns: [
      { label: words.say("sorts.devices"), kind: "count" },
      { label: words.say("sorts.share"), kind: "rate" },
      ...(gained ? [{ label: gainTitle(sort, words), kind: "rate" } as const] : []),
    ],
    rows: groups.flatMap((group) =>
      group.bins.map(({ name, total, share, gain }) => ({
        names: [group.name, name],
        cells: [count(total), rate(share), ...(gained ? [gain ? rate(gain) : none] : [])],
      })),
    ),
  };
}

/** What a revenue is called. */
export function revenueTitle({ kind, name, of }: Revenue, words: Words): string {
  return words.say(`spending.title.${kind}`, { name, of });
}

/** A revenue by arm, or by segment. */
export function revenueTable(revenue: Revenue, words: Words): Table {
  const parts = revenue.arms.length > 0 ? revenue.arms : revenue.segments;
  return {
    title: revenueTitle(revenue, words),
    file: `revenue-${revenue.name}`,
    corner: [words.say(revenue.arms.length > 0 ? "table.variant" : "table.segment")],
    columns: [
      { label: words.say("spending.total"), kind: "money" },
      { label: words.say("spending.perHead"), kind: "money" },
    ],
    rows: [
      { names: [words.say("table.all")], cells: [money(revenue.total), money(revenue.per_head)] },
      ...parts.map(({ name, total, per_head }) => ({ names: [words.variant(name)], cells: [money(total), money(per_head)] })),
      ...(revenue.increment
        ? [{ names: [words.say("spending.increment", { arm: words.variant(revenue.against) })], cells: [money(revenue.increment), none] }]
        : []),
    ],
  };
}

/** A revenue by date. */
export function revenueDaysTable(report: Report, revenue: Revenue, words: Words): Table {
  return {
    title: words.say("spending.over", { name: revenue.name }),
    file: `revenue-${revenue.name}-by-date`,
    corner: [words.say("table.date")],
    columns: [{ label: words.say("spending.total"), kind: "money" }],
    rows: calendar(report).map(({ date, release }) => ({
      names: [date],
      cells: [release === undefined || !revenue.days[release] ? none : money(revenue.days[release].sum)],
    })),
  };
}

/** A cohort triangle. */
export function cohortTable(sort: Sort, words: Words): Table {
  const cohorts = sort.cohorts ?? [];
  const ages = Math.max(0, ...cohorts.map(({ back }) => back.length));
  return {
    title: words.say("cohorts.title", { name: sort.name }),
    file: `cohorts-${sort.name}`,
    corner: [words.say("cohorts.from")],
    columns: [
      { label: words.say("cohorts.size"), kind: "count" },
      ...Array.from({ length: ages }, (_, age) => ({ label: words.say("cohorts.after", { n: age + 1 }), kind: "rate" }) as const),
    ],
    rows: cohorts.map(({ from, size, back }) => ({
      names: [from],
      cells: [count(size), ...Array.from({ length: ages }, (_, age) => (back[age]?.rate ? rate(back[age].rate) : none))],
    })),
  };
}
