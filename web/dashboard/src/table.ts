/**
 * Tables: what a chart shows, to be read on the page and downloaded.
 *
 * @module
 */
import type { Answers, Belief, Campaign, Changes, Count, Estimate, Loop, Mean, Rate, Revenue, Sum, Told, Weekday } from "./api.ts";
import { calendar } from "./calendar.ts";
import { perRelease } from "./figures.ts";
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
const share = (share: Estimate): Cell => ({ kind: "rate", rate: { ...share, hidden: "" } });
const change = (change: Estimate): Cell => ({ kind: "uplift", rate: { ...change, hidden: "" } });
const number = (number: Estimate): Cell => ({ kind: "money", money: { ...number, hidden: "" } });

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

/** The number that a cell is sorted by; undefined where none is shown. */
function rankOf(cell: Cell): number | undefined {
  if (cell.kind === "none" || hiddenOf(cell) !== "") return undefined;
  return cell.kind === "count" ? cell.count.value : cell.kind === "money" ? cell.money.value : cell.rate.value;
}

/** How rows are sorted: by the column of that place, those that name a row counted first. */
export interface Order {
  readonly column: number;
  readonly down: boolean;
}

/**
 * The rows in which a name holds the words sought, sorted. Rows whose number is withheld or
 * missing come last either way: their place among the others is not known.
 */
export function sifted(table: Table, sought: string, order: Order | undefined, language: string): Table {
  const needle = sought.trim().toLocaleLowerCase(language);
  const rows = table.rows.filter(({ names }) => names.some((name) => name.toLocaleLowerCase(language).includes(needle)));
  if (!order) return { ...table, rows };
  const sign = order.down ? -1 : 1;
  const named = table.corner.length;
  const spell = new Intl.Collator(language, { numeric: true });
  return {
    ...table,
    rows: rows.toSorted((one, other) => {
      if (order.column < named) return sign * spell.compare(one.names[order.column] ?? "", other.names[order.column] ?? "");
      const a = rankOf(one.cells[order.column - named]!);
      const b = rankOf(other.cells[order.column - named]!);
      if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
      return sign * (a - b);
    }),
  };
}

/** Whether any number of a table is withheld. */
export function anyHidden(table: Table): boolean {
  return table.rows.some(({ cells }) => cells.some((cell) => hiddenOf(cell) !== ""));
}

/** Devices present, by date. */
export function presentTable(report: Report, words: Words, changes?: Changes): Table {
  return {
    title: words.say("present.title"),
    file: "present",
    corner: [words.say("table.date")],
    columns: [
      { label: words.say("present.count"), kind: "count" },
      ...(changes ? [{ label: words.say("compare.before"), kind: "count" } as const] : []),
    ],
    rows: [
      ...calendar(report).map(({ date, release }, index) => ({
        names: [date],
        cells: [
          release === undefined ? none : count(report.present.days[release]!.count),
          ...(changes ? [changes.series[index] ? count(changes.series[index].count) : none] : []),
        ],
      })),
      { names: [words.say("present.total")], cells: [count(report.present.total), ...(changes ? [none] : [])] },
    ],
  };
}

/** Segments, all dates together. */
export function audienceTable(report: Report, words: Words, changes?: Changes): Table {
  const found = (name: string) => changes?.audience.find((it) => it.name === name)?.change;
  return {
    title: words.say("audience.title"),
    file: "segments",
    corner: [words.say("table.segment")],
    columns: [
      { label: words.say("present.total"), kind: "count" },
      { label: words.say("audience.share"), kind: "rate" },
      ...(changes ? [{ label: words.say("compare.change"), kind: "uplift" } as const] : []),
    ],
    rows: (report.audience ?? []).map(({ name, total, share }) => {
      const differs = found(name);
      return { names: [name], cells: [count(total), rate(share), ...(changes ? [differs ? uplift(differs) : none] : [])] };
    }),
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

/** The column of how shares differ from the range that they are compared with, in shares; none without one. */
function pointsColumn(changes: Changes | undefined, words: Words): Table["columns"] {
  return changes ? [{ label: words.say("compare.changePoints"), kind: "uplift" }] : [];
}

/** Its cell of a name. */
function changeCell(changes: Changes | undefined, of: "funnel" | "places" | "revenues", name: string | undefined): Cell[] {
  if (!changes) return [];
  const found = changes[of].find((it) => it.name === name)?.change;
  return [found ? uplift(found) : none];
}

/** The funnel of the whole site and of each segment; what it is compared with holds for the whole site. */
export function funnelTable(report: Report, words: Words, changes?: Changes): Table {
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
      ...pointsColumn(changes, words),
    ],
    rows: groups.flatMap((group, place) =>
      group.stages.map(({ reached, of_first, of_previous }, index) => ({
        names: [group.name, funnel.stages[index] ?? ""],
        cells: [
          count(reached),
          index === 0 ? none : rate(of_first),
          index === 0 ? none : rate(of_previous),
          ...changeCell(changes, "funnel", place === 0 && index > 0 ? funnel.stages[index] : undefined),
        ],
      })),
    ),
  };
}

/** A slot's variants, for the whole site and each segment. */
export function slotTable(slot: Slot, words: Words): Table {
  const groups = [{ name: words.say("table.all"), variants: slot.all }, ...slot.segments];
  const arms = slot.all.some(({ uplift: found }) => found);
  return {
    title: `${words.say("slots.ratesTitle")} (${slot.name})`,
    file: `slot-${slot.name}`,
    corner: [words.say("table.segment"), words.say("table.variant")],
    columns: [
      { label: words.say("slots.exposed"), kind: "count" },
      { label: words.say("slots.won"), kind: "count" },
      { label: words.say("slots.rate"), kind: "rate" },
      ...(arms ? [{ label: words.say("slots.upliftOf", { arm: slot.against }), kind: "uplift" as const }] : []),
    ],
    rows: groups.flatMap((group) =>
      group.variants.map((variant) => ({
        names: [group.name, words.variant(variant.name)],
        cells: [
          count(variant.exposed),
          count(variant.won),
          rate(variant.rate),
          ...(arms ? [variant.uplift ? uplift(variant.uplift) : none] : []),
        ],
      })),
    ),
  };
}

/** The uplift of each slot, all dates together. */
export function upliftTable(slots: readonly Slot[], words: Words, changes?: Changes): Table {
  const sides = words.sides(slots);
  return {
    title: sides.title,
    file: "uplift",
    corner: [words.say("slots.pick")],
    columns: [
      { label: words.say("slots.uplift"), kind: "uplift" },
      { label: sides.treated, kind: "rate" },
      { label: sides.control, kind: "rate" },
      ...(changes ? [{ label: words.say("compare.goalPoints"), kind: "uplift" } as const] : []),
    ],
    rows: slots.map((slot) => ({
      names: [words.named(slot, slots)],
      cells: [
        ...(slot.uplift ? [uplift(slot.uplift.rate), rate(slot.uplift.treated), rate(slot.uplift.control)] : [none, none, none]),
        ...changeCell(changes, "places", slot.name),
      ],
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

/** One value of a distribution, by segment. */
export function valueTable(sort: Sort, value: string, words: Words): Table {
  return {
    title: words.say("cross.slice", { value, name: sort.name || sortTitle(sort, words) }),
    file: `${sort.kind}${sort.name && "-"}${sort.name}-${value}`,
    corner: [words.say("table.segment")],
    columns: [
      { label: words.say("sorts.devices"), kind: "count" },
      { label: words.say("cross.ofSegment"), kind: "rate" },
    ],
    rows: sort.segments.flatMap(({ name, bins }) =>
      bins.filter((bin) => bin.name === value).map(({ total, share }) => ({ names: [name], cells: [count(total), rate(share)] })),
    ),
  };
}

/** What a revenue is called. */
export function revenueTitle({ kind, name, of }: Revenue, words: Words): string {
  return words.say(`spending.title.${kind}`, { name, of });
}

/** A revenue by arm, or by segment. */
export function revenueTable(revenue: Revenue, words: Words, changes?: Changes): Table {
  const parts = revenue.arms.length > 0 ? revenue.arms : revenue.segments;
  return {
    title: revenueTitle(revenue, words),
    file: `revenue-${revenue.name}`,
    corner: [words.say(revenue.arms.length > 0 ? "table.variant" : "table.segment")],
    columns: [
      { label: words.say("spending.total"), kind: "money" },
      { label: words.say("spending.perHead"), kind: "money" },
      ...(changes ? [{ label: words.say("compare.change"), kind: "uplift" } as const] : []),
    ],
    rows: [
      {
        names: [words.say("table.all")],
        cells: [money(revenue.total), money(revenue.per_head), ...changeCell(changes, "revenues", revenue.name)],
      },
      ...parts.map(({ name, total, per_head }) => ({
        names: [words.variant(name)],
        cells: [money(total), money(per_head), ...(changes ? [none] : [])],
      })),
      ...(revenue.increment
        ? [
            {
              names: [words.say("spending.increment", { arm: words.variant(revenue.against) })],
              cells: [money(revenue.increment), none, ...(changes ? [none] : [])],
            },
          ]
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

/** Who comes back, of each segment, before and in the range. */
export function leavingTable({ leaving }: Answers, words: Words): Table {
  return {
    title: words.say("leaving.title"),
    file: "leaving",
    corner: [words.say("table.segment")],
    columns: [
      { label: words.say("leaving.before"), kind: "rate" },
      { label: words.say("leaving.after"), kind: "rate" },
      { label: words.say("leaving.change"), kind: "uplift" },
    ],
    rows: leaving.groups.map(({ name, before, after, change: beyond }) => ({
      names: [name],
      cells: [share(before), share(after), change(beyond)],
    })),
  };
}

/** What those who leave say. */
export function reasonsTable({ leaving }: Answers, words: Words): Table {
  return {
    title: words.say("leaving.reasons", { segment: leaving.segment, survey: leaving.survey }),
    file: "reasons",
    corner: [words.say("leaving.answer")],
    columns: [
      { label: words.say("leaving.before"), kind: "rate" },
      { label: words.say("leaving.after"), kind: "rate" },
      { label: words.say("leaving.difference"), kind: "uplift" },
    ],
    rows: leaving.reasons.map(({ answer, before, after, change: more }) => ({
      names: [answer],
      cells: [share(before), share(after), change(more)],
    })),
  };
}

/** Every segment at every step of the funnel. */
export function leakTable({ leak }: Answers, words: Words): Table {
  return {
    title: words.say("leak.title"),
    file: "leaks",
    corner: [words.say("table.segment"), words.say("leak.from"), words.say("leak.to")],
    columns: [
      { label: words.say("leak.rate"), kind: "rate" },
      { label: words.say("leak.rest"), kind: "rate" },
      { label: words.say("leak.lost"), kind: "money" },
    ],
    rows: leak.steps.map(({ segment, from, to, rate: own, rest, lost }) => ({
      names: [segment, from, to],
      cells: [share(own), share(rest), number(lost)],
    })),
  };
}

/** What campaigns brought and cost. */
export function campaignTable(campaigns: readonly Campaign[], words: Words): Table {
  return {
    title: words.say("paid.title"),
    file: "campaigns",
    corner: [words.say("paid.campaign"), words.say("range.from"), words.say("range.to")],
    columns: [
      { label: words.say("spending.total"), kind: "money" },
      { label: words.say("paid.increment"), kind: "money" },
      { label: words.say("paid.roi"), kind: "uplift" },
      { label: words.say("paid.incremental"), kind: "uplift" },
    ],
    rows: campaigns.map(({ name, from, to, revenue, increment, roi, incremental }) => ({
      names: [name, from, to],
      cells: [money(revenue), increment ? money(increment) : none, roi ? change(roi) : none, incremental ? change(incremental) : none],
    })),
  };
}

/** The hours of each segment. */
export function hoursTable({ hours }: Answers, words: Words): Table {
  return {
    title: words.say("hours.title"),
    file: "hours",
    corner: [words.say("table.segment"), words.say("hours.band"), words.say("hours.next")],
    columns: [
      { label: words.say("hours.share"), kind: "rate" },
      { label: words.say("hours.ahead"), kind: "uplift" },
    ],
    rows: hours.segments.map(({ segment, band, next, share: of, ahead }) => ({
      names: [segment, band, next],
      cells: [share(of), change(ahead)],
    })),
  };
}

/** An outcome of factors. */
export function outcomeOf({ outcome, of }: { outcome: string; of: string }, words: Words): string {
  return words.say(`factors.${outcome as "reached" | "won" | "came back"}`, { of });
}

/** What goes with reaching a goal or coming back. */
export function factorsTable({ factors }: Answers, words: Words): Table {
  return {
    title: words.say("factors.title"),
    file: "factors",
    corner: [words.say("factors.outcome"), words.say("table.segment")],
    columns: [
      { label: words.say("factors.rate"), kind: "rate" },
      { label: words.say("factors.diff"), kind: "uplift" },
    ],
    rows: factors.list.map((one) => ({ names: [outcomeOf(one, words), one.group], cells: [share(one.rate), change(one.diff)] })),
  };
}

/** What personalization brings, place by place. */
export function worthTable({ worth }: Answers, words: Words): Table {
  return {
    title: words.say("worth.title"),
    file: "worth",
    corner: [words.say("slots.pick"), words.say("worth.goal"), words.say("worth.against")],
    columns: [
      { label: words.say("slots.treated"), kind: "rate" },
      { label: words.say("worth.control"), kind: "rate" },
      { label: words.say("worth.gain"), kind: "uplift" },
      { label: words.say("worth.extra"), kind: "money" },
    ],
    rows: worth.places.map((place) => ({
      names: [words.place(place), words.goal(place.goal), words.variant(place.against)],
      cells: [share(place.treated), share(place.control), change(place.gain), number(place.extra)],
    })),
  };
}

/** What devices are told of a place. */
export function toldTable(told: Told, title: string, words: Words): Table {
  const belief = (belief: Belief | null): Cell => (belief ? share({ value: belief.mean, low: belief.low, high: belief.high }) : none);
  return {
    title,
    file: `told-${told.name}`,
    corner: [words.say("table.segment"), words.say("table.variant")],
    columns: [
      { label: words.say("loop.rateBefore"), kind: "rate" },
      { label: words.say("loop.rate"), kind: "rate" },
      { label: words.say("loop.shareBefore"), kind: "rate" },
      { label: words.say("loop.share"), kind: "rate" },
    ],
    rows: told.segments.flatMap(({ name, variants }) =>
      variants.map((variant) => ({
        names: [name || words.say("loop.site"), variant.name],
        cells: [belief(variant.before), belief(variant.now), belief(variant.share_before), belief(variant.share)],
      })),
    ),
  };
}

/** What personalization has brought since it began, by place and month. */
export function sinceTable(loop: Loop, words: Words): Table {
  return {
    title: words.say("loop.worth"),
    file: "since-it-began",
    corner: [words.say("slots.pick"), words.say("loop.until")],
    columns: [{ label: words.say("loop.uplift"), kind: "uplift" }],
    rows: loop.worth.flatMap(({ name, days, rate: all }) => [
      ...days.map(({ date, rate }) => ({ names: [name, date.slice(0, 7)], cells: [uplift(rate)] })),
      { names: [name, words.say("table.all")], cells: [uplift(all)] },
    ]),
  };
}

/** What the guard rails see. */
export function railsTable(loop: Loop, named: (rail: Loop["rails"][number]) => string, words: Words): Table {
  return {
    title: words.say("loop.rails"),
    file: "guard-rails",
    corner: [words.say("loop.what"), words.say("loop.state")],
    columns: [{ label: words.say("loop.difference"), kind: "money" }],
    rows: loop.rails.map((rail) => {
      const k = rail.metric === "goal" ? 100 : 1;
      const { value, low, high } = rail.diff;
      return {
        names: [named(rail), words.say(`loop.state.${rail.state}`)],
        cells: [rail.state === "unknown" ? none : number({ value: value * k, low: low * k, high: high * k })],
      };
    }),
  };
}

/** Hours by weekday: devices of a day in the mean. */
export function weekTable(sort: Sort, week: readonly Weekday[], bins: readonly string[], words: Words): Table {
  return {
    title: words.say("week.title", { name: sort.name }),
    file: `week-${sort.name}`,
    corner: [words.say("week.day")],
    columns: bins.map((label) => ({ label, kind: "count" })),
    rows: week.map(({ day, releases, bins }) => ({
      names: [words.figures.weekday(day)],
      cells: bins.map((total) => count(perRelease(total, releases))),
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
