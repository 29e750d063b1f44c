/**
 * What each cell of a measurement counts, in names: package plan's layout.
 *
 * @module
 */

import type { Plan } from "./plan";
import type { ClearCell } from "./protocol";

/** A metric as the plan has it: its kind by number, by what its rows go, and whose it is. */
export interface Metric {
  readonly name: string;
  readonly kind: number;
  readonly by: number; // 1 segments, 3 topics, else one row
  readonly source: number;
}

/** A plan that is read, but for its cells. */
export type Uncounted = Omit<Plan, "cells"> & { readonly stages: readonly string[]; readonly holdout: boolean };

/** Names the cells in order. */
export function cellsOf(plan: Uncounted, metrics: readonly Metric[]): ClearCell[] {
  const cells: ClearCell[] = [{ metric: "present", segment: "", column: "" }];
  for (const { name: metric, kind, by, source } of metrics) {
    const campaign = kind === 3 || kind === 4 ? plan.campaigns[source] : undefined;
    const columns = columnsOf(plan, kind, source);
    // Slots, lists and campaigns whose arm the device picks.
    const holds = campaign ? campaign.chosen && (plan.holdout || plan.held[source]) : plan.holdout && /^([5-7]|1[2-4])$/.test(`${kind}`);
    for (const segment of by === 1 ? plan.segments : by === 3 ? plan.topics : [""]) {
      for (const column of holds ? [...columns, "holdout"] : columns) cells.push({ metric, segment, column });
    }
  }
  return cells;
}

function columnsOf(
  { stages, campaigns, slots, topics, lists, predictions, dimensions, messages, surveys }: Uncounted,
  kind: number,
  source: number,
): readonly string[] {
  switch (kind) {
    case 2:
      return stages;
    case 3:
    case 4:
      return campaigns[source]!.columns;
    case 5:
    case 6:
    case 7:
      return slots[source]!.columns;
    case 8:
    case 9:
    case 10:
      return topics;
    case 11:
    case 17:
    case 18:
      return lists[source]!.items;
    case 12:
    case 13:
    case 14:
      return ["shown"];
    case 15:
    case 16:
      return predictions[source]!;
    case 23:
    case 24:
      return dimensions[source]!;
    case 19:
    case 20:
      return messages[source]!.channels;
    case 22: {
      const { kind: of, answers } = surveys[source]!;
      return of > 2 ? answers : Array.from({ length: of === 1 ? 5 : 11 }, (_, i) => `${of === 1 ? i + 1 : i}`);
    }
    default:
      return [""]; // audience, asked
  }
}
