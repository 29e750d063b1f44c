/**
 * Pictures of segments' shares and of the funnel.
 *
 * @module
 */
import type { Rate, Report } from "../api.ts";
import { bars } from "../charts/bars.ts";
import type { Picture } from "../charts/frame.ts";
import { ranges } from "../charts/ranges.ts";
import type { Words } from "../words.ts";
import { countPoint, ratePoint } from "./points.ts";

/** Which share of a stage is meant. */
export type Measure = "of_first" | "of_previous";

/** Stages of one group of devices: of the site or a segment. */
export type Stages = NonNullable<Report["funnel"]>["all"];

/** Stages of a segment, or of the whole site where there is no such segment. */
export function stagesOf(funnel: NonNullable<Report["funnel"]>, segment: string): Stages {
  return funnel.segments.find(({ name }) => name === segment)?.stages ?? funnel.all;
}

/** Each segment's share of all devices. */
export function sharesPicture(report: Report, words: Words, pick: (segment: string) => void): Picture {
  const audience = report.audience ?? [];
  return ranges(
    {
      rows: audience.map(({ name, share }, color) => ({
        name,
        point: ratePoint(share),
        label: words.rate(share),
        color,
      })),
      writeValue: (value) => words.figures.percent(value),
      min: 0,
      bars: true,
      tip: (index) => {
        const { name, share, total } = audience[index]!;
        return {
          title: name,
          lines: [
            { label: words.say("audience.share"), text: words.rate(share) },
            { label: words.say("present.total"), text: words.count(total) },
          ],
        };
      },
    },
    (index) => pick(audience[index]!.name),
  );
}

/** How many reached each stage. */
export function funnelPicture(stages: readonly string[], reached: Stages, words: Words): Picture {
  return bars({
    bars: stages.map((name, index) => {
      const { reached: count } = reached[index]!;
      return { name, point: countPoint(count, words.interval), label: words.count(count) };
    }),
    writeValue: (value) => words.figures.axis(value),
    tip: (index) => {
      const { reached: count, of_first, of_previous } = reached[index]!;
      const whole = { label: words.say("funnel.reached"), text: words.count(count) };
      const shares = [
        { label: words.say("funnel.ofFirst"), text: words.rate(of_first) },
        { label: words.say("funnel.ofPrevious"), text: words.rate(of_previous) },
      ];
      return { title: stages[index]!, lines: index === 0 ? [whole] : [whole, ...shares] };
    },
  });
}

/** One stage's rate in each segment, and that of the whole site as a line. */
export function stagePicture(
  funnel: NonNullable<Report["funnel"]>,
  stage: number,
  measure: Measure,
  focus: string,
  words: Words,
  pick: (segment: string) => void,
): Picture {
  const some = funnel.segments.some(({ name }) => name === focus);
  const rateOf = (stages: Stages): Rate => stages[stage]![measure];
  const whole = rateOf(funnel.all);
  return ranges(
    {
      rows: [
        ...funnel.segments.map(({ name, stages }, color) => ({
          name,
          point: ratePoint(rateOf(stages)),
          label: words.rate(rateOf(stages)),
          color,
          faded: some && name !== focus,
        })),
        {
          name: words.say("table.all"),
          point: ratePoint(whole),
          label: words.rate(whole),
          color: undefined,
        },
      ],
      writeValue: (value) => words.figures.percent(value),
      min: 0,
      ...(whole.hidden === "" ? { reference: whole.value } : {}),
      tip: (index) => {
        const segment = funnel.segments[index];
        const stages = segment?.stages ?? funnel.all;
        return {
          title: segment?.name ?? words.say("table.all"),
          lines: [
            { label: words.say(measure === "of_first" ? "funnel.ofFirst" : "funnel.ofPrevious"), text: words.rate(rateOf(stages)) },
            { label: words.say("funnel.reached"), text: words.count(stages[stage]!.reached) },
          ],
        };
      },
    },
    (index) => pick(funnel.segments[index]?.name ?? ""),
  );
}
