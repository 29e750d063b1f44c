/**
 * What the plan has crossed with what, and what crossing the rest would take.
 *
 * @module
 */
import type { Plan, Sort } from "./api.ts";
import type { Words } from "./words.ts";

/** How a value of a distribution stands in the address. */
export function valueText({ kind, name }: Pick<Sort, "kind" | "name">, value: string): string {
  return `${kind} ${name}:${value}`;
}

/** The distribution and the value of a word of the address; undefined where the report has none such. */
export function valueOf(text: string, sorts: readonly Sort[]): { sort: Sort; value: string } | undefined {
  for (const sort of sorts) {
    const bin = sort.all.find(({ name }) => valueText(sort, name) === text);
    if (bin) return { sort, value: bin.name };
  }
  return undefined;
}

/** How much wider a sum of so many noisy cells is than one of fewer: .5 is half as wide again. */
export function wider(cells: number, before = 1): number {
  return Math.sqrt(cells / before) - 1;
}

/** Why a panel is not cut by a segment, and what it would take; empty where the plan crosses it. */
export function whyUncut(plan: Plan, kind: string, name: string, segment: string, words: Words): string {
  const found = plan.uncrossed.find((it) => it.kind === kind && it.name === name);
  if (!found) return "";
  if (found.cells === 0) return segment ? words.say("cross.never", { segment }) : words.say("cross.disabledNever");
  const cost = { n: found.cells, used: plan.cells, most: plan.most_cells, wider: words.figures.percent(wider(plan.segments), 0) };
  const said = segment ? words.say("cross.segment", { segment, segments: plan.segments, ...cost }) : words.say("cross.disabled", cost);
  return plan.cells + found.cells > plan.most_cells ? `${said} ${words.say("cross.full")}` : said;
}

/** What it would take for a value of a distribution to filter the other panels. */
export function whyAlone(plan: Plan, value: string, words: Words): string {
  const said = words.say("cross.valueOnly", {
    value,
    n: plan.segment_cells,
    used: plan.cells,
    most: plan.most_cells,
    wider: words.figures.percent(wider(plan.segments + 1, Math.max(1, plan.segments)), 0),
  });
  return plan.cells + plan.segment_cells > plan.most_cells ? `${said} ${words.say("cross.full")}` : said;
}
