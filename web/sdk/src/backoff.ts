/**
 * How long a collector that did not take a request is left alone.
 *
 * Many devices hear the same Retry-After in the same second, and the same collector is
 * down for all of them: each therefore waits for a time of its own, drawn from as long a
 * span again as it was told to wait. What it carries has no part in it.
 *
 * @module
 */

import type { Unmet } from "./protocol";

/** The least that a device waits after a failure, s; doubled with each further one. */
const LEAST = 10;

/** The longest that it waits before its span begins, s. */
const MOST = 86_400;

/** No {@link backOff} is longer, ms. */
export const LONGEST = 2 * MOST * 1000;

/** Whether the same request may be met later: no answer, the collector's own trouble, too many, too slow. */
export function later(status = 200): boolean {
  return !status || status > 499 || status === 429 || status === 408;
}

/**
 * Draws the time until the next try, ms: uniform in [wait, 2 wait), the wait being the
 * longest of what the answer asks for in Retry-After (seconds or a date) and 10 s doubled
 * with each failure before this one; no more than a day's wait.
 *
 * What is worth nothing after a deadline is tried before it: doubling then ends at half of
 * the time left, and the span at the deadline. What the collector asks for holds all the
 * same.
 *
 * @param failures In a row, this one included: 1 or more.
 * @param random Uniform in [0, 1).
 * @param now The device's clock, ms, for a date where the answer does not tell its own.
 * @param left Until the deadline, ms.
 */
export function backOff(failures: number, random: number, now: number, left: number, { after, date }: Partial<Unmet>): number {
  const asked = Number(after) || (Date.parse(after ?? "") - (Date.parse(date ?? "") || now)) / 1000 || 0;
  const wait = Math.min(Math.max(asked, LEAST, Math.min(LEAST * 2 ** (failures - 1), left / 2000)), MOST) * 1000;
  return wait + Math.max(Math.min(wait, left - wait), 0) * random;
}
