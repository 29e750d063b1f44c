/**
 * Pictures of amounts: by date, and for each device of an arm or segment.
 *
 * @module
 */
import type { Mean, Report, Revenue } from "../api.ts";
import { calendar } from "../calendar.ts";
import type { Picture } from "../charts/frame.ts";
import { lines } from "../charts/lines.ts";
import { ranges } from "../charts/ranges.ts";
import type { Words } from "../words.ts";
import { moneyPoint } from "./points.ts";

/** A revenue, date by date. */
export function revenuePicture(report: Report, revenue: Revenue, words: Words): Picture {
  const days = calendar(report);
  const sumAt = (release: number | undefined) => (release === undefined ? undefined : revenue.days[release]?.sum);
  return lines({
    dates: days.map(({ date }) => date),
    lines: [
      {
        name: words.say("spending.total"),
        color: 0,
        points: days.map(({ release }) => {
          const sum = sumAt(release);
          return sum && moneyPoint(sum, words.interval);
        }),
        faded: false,
      },
    ],
    writeDate: (date) => words.figures.date(date, "short"),
    writeValue: (value) => words.figures.axis(value),
    from: "numbers",
    tip: (index) => {
      const { date, release } = days[index]!;
      const sum = sumAt(release);
      return {
        title: words.figures.date(date, "weekday"),
        lines: [{ label: words.say("spending.total"), text: sum ? words.money(sum) : words.say("table.none") }],
      };
    },
  });
}

/** What each device of an arm or segment brought. */
export function perHeadPicture(parts: readonly { readonly name: string; readonly per_head: Mean }[], words: Words): Picture {
  return ranges({
    rows: parts.map(({ name, per_head }, color) => ({
      name: words.variant(name),
      point: moneyPoint(per_head, words.interval),
      label: words.money(per_head),
      color: color % 8,
    })),
    writeValue: (value) => words.figures.decimal(value, value % 1 === 0 ? 0 : 2),
    min: 0,
    bars: true,
    tip: (index) => ({
      title: words.variant(parts[index]!.name),
      lines: [{ label: words.say("spending.perHead"), text: words.money(parts[index]!.per_head) }],
    }),
  });
}
