/**
 * Pictures of distributions: shares of their columns, and what came of each.
 *
 * @module
 */
import type { Bin, Rate } from "../api.ts";
import type { Picture } from "../charts/frame.ts";
import { ranges } from "../charts/ranges.ts";
import type { Words } from "../words.ts";
import { ratePoint } from "./points.ts";

/** Rates of columns: of what `pick` takes from each. */
export function binsPicture(bins: readonly Bin[], pick: (bin: Bin) => Rate | null, label: string, words: Words): Picture {
  const rows = bins.flatMap((bin) => {
    const rate = pick(bin);
    return rate ? [{ bin, rate }] : [];
  });
  return ranges({
    rows: rows.map(({ bin, rate }, color) => ({ name: bin.name, point: ratePoint(rate), label: words.rate(rate), color: color % 8 })),
    writeValue: (value) => words.figures.percent(value),
    min: 0,
    bars: true,
    tip: (index) => {
      const { bin, rate } = rows[index]!;
      return {
        title: bin.name,
        lines: [
          { label, text: words.rate(rate) },
          { label: words.say("sorts.devices"), text: words.count(bin.total) },
        ],
      };
    },
  });
}
