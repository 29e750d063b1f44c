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
    const columns = kind === 25 ? points(plan, source) : armsOf(plan, kind, source);
    for (const segment of by === 1 ? plan.segments : by === 3 ? plan.topics : [""]) {
      for (const column of columns) cells.push({ metric, segment, column });
    }
  }
  return cells;
}

/** A metric's columns, the holdout's too: that of slots, lists and campaigns whose arm the device picks. */
function armsOf(plan: Uncounted, kind: number, source: number): readonly string[] {
  const campaign = kind === 3 || kind === 4 ? plan.campaigns[source] : undefined;
  const columns = columnsOf(plan, kind, source);
  const holds = campaign ? campaign.chosen && (plan.holdout || plan.held[source]) : plan.holdout && /^([5-7]|1[2-4])$/.test(`${kind}`);
  return holds ? [...columns, "holdout"] : columns;
}

/** The columns of a revenue: its arms, each at every point. */
function points(plan: Uncounted, index: number): string[] {
  const { of, source, grid } = plan.revenues[index]!;
  const arms = of ? armsOf(plan, [0, 3, 5, 12][of]!, source) : [""];
  return arms.flatMap((arm) => grid.map((minor) => (arm && arm + " ") + (minor % 100 ? (minor / 100).toFixed(2) : `${minor / 100}`)));
}

function columnsOf(
  { stages, campaigns, slots, topics, lists, predictions, dimensions, messages, surveys, networks }: Uncounted,
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
    case 26:
      return ["like", "share", "comment", "follow"];
    case 27:
      return networks;
    default:
      return [""]; // audience, asked
  }
}
