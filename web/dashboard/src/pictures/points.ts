/**
 * Numbers as a chart's points. What is withheld is no point.
 *
 * @module
 */
import type { Count, Mean, Rate, Sum } from "../api.ts";
import type { Day } from "../calendar.ts";
import type { Point } from "../charts/lines.ts";
import { countBounds, type Interval } from "../figures.ts";

/** A count's point; undefined where it is withheld. */
export function countPoint(count: Count, interval: Interval): Point | undefined {
  return count.hidden === "" ? { value: Math.max(0, count.value), ...countBounds(count, interval) } : undefined;
}

/** A share's point; undefined where it is withheld. */
export function ratePoint(rate: Rate): Point | undefined {
  return rate.hidden === "" ? { value: rate.value, low: Math.max(0, rate.low), high: Math.min(1, rate.high ?? 1) } : undefined;
}

/**
 * An uplift's point; undefined where it is withheld.
 *
 * @param top - where an interval without an upper bound is drawn to
 */
export function upliftPoint(uplift: Rate, top: number): Point | undefined {
  return uplift.hidden === "" ? { value: uplift.value, low: uplift.low, high: uplift.high ?? top } : undefined;
}

/** An amount's point; undefined where it is withheld. One without an upper bound is drawn to twice its value. */
export function moneyPoint(money: Sum | Mean, interval: Interval): Point | undefined {
  if (money.hidden !== "") return undefined;
  const exact = interval === "noise" && "exact_low" in money;
  return { value: money.value, low: exact ? money.exact_low : money.low, high: exact ? money.exact_high : (money.high ?? 2 * money.value) };
}

/** A series of counts on the calendar. */
export function countPoints(days: readonly Day[], counts: readonly Count[], interval: Interval): (Point | undefined)[] {
  return days.map(({ release }) => {
    const count = release === undefined ? undefined : counts[release];
    return count && countPoint(count, interval);
  });
}
