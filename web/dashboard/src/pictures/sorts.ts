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
  // As fine as the largest of them asks: shares of 1 % need decimals on the axis.
  const top = Math.max(...rows.map(({ rate }) => ratePoint(rate)?.high ?? 0));
  const digits = top > 0.05 ? 0 : top > 0.005 ? 1 : 2;
  return ranges({
    rows: rows.map(({ bin, rate }, color) => ({ name: bin.name, point: ratePoint(rate), label: words.rate(rate), color: color % 8 })),
    writeValue: (value) => words.figures.percent(value, digits),
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
