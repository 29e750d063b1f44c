import type { Count, Report } from "../../dashboard/src/api";
import type { ClearCell, ClearReport } from "../../sdk/src/protocol";
import { named } from "../reading";
import type { Language } from "../shop/language";
import { say } from "./words";

/** One released sum beside the visitor's own part in it. */
export interface Beside {
  readonly what: string;
  readonly own: 0 | 1;
  readonly released: number;
}

function has(report: ClearReport | undefined, fits: (cell: ClearCell) => boolean): 0 | 1 {
  return report?.ones.some(fits) === true ? 1 : 0;
}

/** Puts the sums of one day, as the dashboard has them, beside what was the visitor's own report. */
export function beside(sums: Report, own: ClearReport | undefined, l: Language): readonly Beside[] {
  const all: Beside[] = [];
  const add = (what: string, count: Count | undefined, fits: (cell: ClearCell) => boolean): void => {
    if (count) all.push({ what, own: has(own, fits), released: count.value });
  };
  add(say("visitors", l), sums.present.total, ({ metric }) => metric === "present");
  for (const { name, total } of sums.audience ?? []) {
    add(say("inGroup", l, { segment: named(name, l) }), total, ({ metric, segment }) => metric.startsWith("audience") && segment === name);
  }
  // The funnel's cells say how deep somebody got; the dashboard counts all who got at least that deep.
  const stages = sums.funnel?.stages ?? [];
  stages.forEach((stage, depth) => {
    const deep = new Set(stages.slice(depth));
    add(
      say("reached", l, { stage: named(stage, l) }),
      sums.funnel?.all[depth]?.reached,
      ({ metric, column }) => metric.startsWith("funnel") && deep.has(column),
    );
  });
  const hero = sums.slots.find(({ name }) => name === "hero");
  for (const { name, exposed, won } of hero?.all ?? []) {
    const values = { slot: named("hero", l), variant: named(name, l) };
    add(say("saw", l, values), exposed, ({ metric, column }) => /^exposed\W+hero/.test(metric) && column === name);
    add(say("won", l, values), won, ({ metric, column }) => /^clicked\W+hero/.test(metric) && column === name);
  }
  // What the visitor was part of first; of the rest, nothing that the visitor has no use for.
  const mine = all.filter((row) => row.own === 1);
  return mine.length > 0 ? mine : all.slice(0, 6);
}

/** The day's sums from the dashboard's API; "sign in" where nobody is signed in, undefined where they can't be had. */
export async function sumsOf(date: string, fetcher: typeof fetch): Promise<Report | "sign in" | undefined> {
  try {
    const answer = await fetcher(`/api/v1/report?from=${date}&to=${date}`, { cache: "no-store" });
    if (answer.status === 401) return "sign in";
    return answer.ok ? ((await answer.json()) as Report) : undefined;
  } catch {
    return undefined;
  }
}
