/**
 * The dates of a report, those without a release among them, so that a chart leaves a
 * gap where there is one.
 *
 * @module
 */
import type { Report, Site } from "./api.ts";

/** Days of a period of a site's plan. */
export function daysOf(period: Site["period"] | undefined): number {
  return period === "4 weeks" ? 28 : period === "week" ? 7 : 1;
}

/** One date of the range. */
export interface Day {
  readonly date: string;
  /** Index into `present.days` and every series beside it; undefined: nothing was released. */
  readonly release: number | undefined;
}

/** The dates of a report in order; of sums of weeks or months the first of each. */
export function calendar(report: Report): readonly Day[] {
  const released = new Map(report.present.days.map(({ date }, index) => [date, index]));
  const dates = new Set([...released.keys(), ...(report.grain === "" ? report.range.missing : [])]);
  return [...dates].sort().map((date) => ({ date, release: released.get(date) }));
}
