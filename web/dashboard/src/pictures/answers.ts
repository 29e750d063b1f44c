/**
 * Pictures of the answers: numbers of groups with their intervals, held against zero.
 *
 * @module
 */
import type { Estimate } from "../api.ts";
import type { Picture } from "../charts/frame.ts";
import { ranges } from "../charts/ranges.ts";
import type { Words } from "../words.ts";

/** One group's number. */
export interface Group {
  readonly name: string;
  readonly number: Estimate;
  /** It is the one, or one of those, that the answer names. */
  readonly named: boolean;
}

/**
 * Groups against zero; those that the answer does not name are in the background.
 *
 * @param as - "points" are shares, drawn as percentage points; "percent" changes; "amount" plain numbers
 */
export function againstZero(groups: readonly Group[], label: string, as: "points" | "percent" | "amount", words: Words): Picture {
  const write = {
    points: (number: Estimate) => words.points(number),
    percent: (number: Estimate) => words.uplift({ ...number, hidden: "" }),
    amount: (number: Estimate) => words.number(number),
  }[as];
  const some = groups.some(({ named }) => named);
  return ranges({
    rows: groups.map(({ name, number, named }) => ({
      name,
      point: number,
      label: write(number),
      color: named ? 0 : undefined,
      faded: some && !named,
    })),
    writeValue: (value) =>
      as === "amount"
        ? words.figures.axis(value)
        : as === "percent"
          ? words.figures.signedPercent(value)
          : words.figures.decimal(value * 100, 1),
    reference: 0,
    tip: (index) => ({ title: groups[index]!.name, lines: [{ label, text: write(groups[index]!.number) }] }),
  });
}
