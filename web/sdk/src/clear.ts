/**
 * The visitor's own report in the clear, by the plan's names: for the visitor's eyes.
 *
 * @module
 */

import { refused } from "./fault";
import { readGuard } from "./guard";
import { periodAt, type Plan } from "./plan";
import type { ClearReport, Outcome } from "./protocol";

/** The module's code for a time that is in no period. */
const NO_PERIOD = -24;

/**
 * Names the cells that are 1.
 *
 * @param cells The module's answer to Measure: one byte a cell, or none.
 * @param state The last one stored.
 * @param now Unix seconds.
 */
export function clearReport(plan: Plan, cells: Uint8Array, state: Uint8Array | null, now: number): Outcome<ClearReport> {
  const period = periodAt(plan, now);
  if (!period) return refused(NO_PERIOD);
  const { date, end } = period;
  const { sigma2, weight } = plan;
  const ones = plan.cells.filter((_, i) => cells[i] === 1);
  return { ok: true, value: { date, end, cells: plan.cells.length, ones, weight, sigma2, revision: revisionOf(state, date) } };
}

/** Revision of the last report made in a period; 0 if none was. */
export function revisionOf(state: Uint8Array | null, date: string): number {
  const running = state && readGuard(state)?.running;
  return running?.date === date ? running.revision : 0;
}
