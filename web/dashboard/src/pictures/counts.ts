/**
 * Pictures of counts by date: devices present, and segments.
 *
 * @module
 */
import type { Changes, Report } from "../api.ts";
import { calendar } from "../calendar.ts";
import type { Picture } from "../charts/frame.ts";
import { lines, type Line } from "../charts/lines.ts";
import type { Annotation } from "../dashboard.svelte.ts";
import type { Words } from "../words.ts";
import { countPoint, countPoints } from "./points.ts";

/**
 * Devices present, date by date.
 *
 * @param annotations - marked on their dates
 * @param changes - where the range is compared with another: that one's releases lie behind, in their order
 */
export function presentPicture(report: Report, words: Words, changes?: Changes, annotations: readonly Annotation[] = []): Picture {
  const days = calendar(report);
  const counts = report.present.days.map(({ count }) => count);
  // Of weeks and months: in that which the date lies in.
  const happened = days.map(({ date }, index) => {
    const next = days[index + 1]?.date ?? "9999";
    const until = report.grain === "" ? date : next;
    return annotations
      .filter((it) => it.date === date || (it.date > date && it.date < until && it.date <= report.range.to))
      .map(({ text }) => text);
  });
  return lines({
    dates: days.map(({ date }) => date),
    marks: happened.flatMap((texts, index) => (texts.length > 0 ? [index] : [])),
    lines: [
      { name: words.say("present.count"), color: 0, points: countPoints(days, counts, words.interval), faded: false },
      ...(changes && changes.series.length > 0
        ? [
            {
              name: words.say("compare.before"),
              color: 1,
              points: days.map((_, index) => {
                const then = changes.series[index];
                return then && countPoint(then.count, words.interval);
              }),
              faded: true,
            },
          ]
        : []),
    ],
    writeDate: (date) => words.figures.date(date, "short"),
    writeValue: (value) => words.figures.axis(value),
    from: "numbers",
    tip: (index) => {
      const { date, release } = days[index]!;
      const count = release === undefined ? undefined : counts[release];
      const then = changes?.series[index];
      return {
        title: words.figures.date(date, "weekday"),
        lines: [
          { label: words.say("present.count"), text: count ? words.count(count) : words.say("table.none") },
          ...(then ? [{ label: words.figures.date(then.date, "short"), text: words.count(then.count) }] : []),
          ...happened[index]!.map((text) => ({ label: "", text })),
        ],
      };
    },
  });
}

/**
 * Segments, date by date.
 *
 * @param focus - the segment in focus; the others fade
 */
export function audiencePicture(report: Report, words: Words, inks: (index: number) => string, focus: string): Picture {
  const days = calendar(report);
  const audience = report.audience ?? [];
  const some = audience.some(({ name }) => name === focus);
  const drawn: Line[] = audience.map(({ name, days: counts }, index) => ({
    name,
    color: index,
    points: countPoints(days, counts, words.interval),
    faded: some && name !== focus,
  }));
  return lines({
    dates: days.map(({ date }) => date),
    lines: drawn,
    writeDate: (date) => words.figures.date(date, "short"),
    writeValue: (value) => words.figures.axis(value),
    from: "zero",
    tip: (index) => {
      const { date, release } = days[index]!;
      return {
        title: words.figures.date(date, "weekday"),
        lines:
          release === undefined
            ? [{ label: "", text: words.say("table.none") }]
            : audience
                .map(({ name, days: counts }, place) => ({ label: name, text: words.count(counts[release]!), color: inks(place) }))
                .filter(({ label }) => !some || label === focus),
      };
    },
  });
}
