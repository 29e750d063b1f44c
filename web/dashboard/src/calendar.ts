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

/** Minutes that a zone's clock is ahead of UTC at an instant. */
function ahead(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((it) => it.type === type)!.value);
  const there = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
  return Math.round((there - at) / 60_000);
}

/** The instant at which a date begins in a zone, in milliseconds since 1970. */
export function midnight(date: string, zone: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`);
  // The offset that holds then: that of a first guess, unless a clock change lies between.
  const guess = utc - ahead(utc, zone) * 60_000;
  return utc - ahead(guess, zone) * 60_000;
}

/** A time that is left, as 2:03:04; days are hours. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
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
