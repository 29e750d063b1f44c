/**
 * Pictures of slots: uplift over time and by slot, rates of variants.
 *
 * @module
 */
import type { Rate, Slot, Variant } from "../api.ts";
import type { Picture } from "../charts/frame.ts";
import { lines } from "../charts/lines.ts";
import { ranges } from "../charts/ranges.ts";
import { holdout } from "../slots.ts";
import type { Words } from "../words.ts";
import { ratePoint, upliftPoint } from "./points.ts";

/** An uplift cannot be below. */
const least = -1;

/** Steps of the axis that read well, the finest first. */
const steps = [0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2] as const;

/**
 * The axis of uplifts: wide enough for every number and the usual interval, so that the
 * first days, of which little is known, do not flatten all others.
 */
function reach(rates: readonly Rate[]): { min: number; max: number; interval: number } {
  const shown = rates.filter(({ hidden }) => hidden === "");
  const highs = shown.map(({ value, high }) => high ?? value).sort((a, b) => a - b);
  const lows = shown.map(({ low }) => low).sort((a, b) => b - a);
  const usual = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.8)] ?? 0;
  const top = Math.max(0.05, usual(highs), ...shown.map(({ value }) => value));
  const bottom = Math.min(0, usual(lows), ...shown.map(({ value }) => value));
  const interval = steps.find((step) => (top - bottom) / step <= 5) ?? Math.ceil((top - bottom) / 5);
  const below = lows.some((low) => low < 0) ? -interval : 0;
  return {
    min: Math.max(least, Math.min(below, Math.floor(bottom / interval) * interval)),
    max: Math.ceil(top / interval) * interval,
    interval,
  };
}

/** Uplift cumulated date by date. */
export function upliftPicture(slot: Slot, words: Words): Picture {
  const days = slot.uplift_days;
  const within = reach(days.map(({ rate }) => rate));
  return lines({
    dates: days.map(({ date }) => date),
    lines: [{ name: words.say("slots.uplift"), color: 0, points: days.map(({ rate }) => upliftPoint(rate, 99)), faded: false }],
    writeDate: (date) => words.figures.date(date, "short"),
    writeValue: (value) => words.figures.signedPercent(value),
    from: "zero",
    zeroLine: true,
    within,
    tip: (index) => {
      const { date, rate } = days[index]!;
      return { title: words.figures.date(date, "weekday"), lines: [{ label: words.say("slots.uplift"), text: words.uplift(rate) }] };
    },
  });
}

/** The uplift of each slot. */
export function upliftsPicture(slots: readonly Slot[], words: Words, pick: (slot: string) => void): Picture {
  const known = slots.filter(({ uplift }) => uplift);
  const axis = reach(known.map(({ uplift }) => uplift!.rate));
  return ranges(
    {
      rows: known.map((slot) => ({
        name: words.named(slot, slots),
        point: upliftPoint(slot.uplift!.rate, 99),
        label: words.uplift(slot.uplift!.rate),
        color: 0,
      })),
      writeValue: (value) => words.figures.signedPercent(value),
      reference: 0,
      ...axis,
      tip: (index) => {
        const slot = known[index]!;
        const { uplift } = slot;
        const sides = words.sides([slot]);
        return {
          title: words.named(slot, slots),
          lines: [
            { label: words.say("slots.uplift"), text: words.uplift(uplift!.rate) },
            { label: sides.treated, text: words.rate(uplift!.treated) },
            { label: sides.control, text: words.rate(uplift!.control) },
          ],
        };
      },
    },
    (index) => pick(known[index]!.name),
  );
}

/** The rate of each variant; the holdout's is a line to compare with. */
export function variantsPicture(variants: readonly Variant[], words: Words): Picture {
  const control = variants.find(({ name }) => name === holdout);
  return ranges({
    rows: variants.map(({ name, rate }) => ({
      name: words.variant(name),
      point: ratePoint(rate),
      label: words.rate(rate),
      color: name === holdout ? undefined : 0,
    })),
    writeValue: (value) => words.figures.percent(value, 1),
    min: 0,
    ...(control && control.rate.hidden === "" ? { reference: control.rate.value } : {}),
    tip: (index) => {
      const { name, exposed, won, rate, uplift } = variants[index]!;
      return {
        title: words.variant(name),
        lines: [
          { label: words.say("slots.rate"), text: words.rate(rate) },
          ...(uplift ? [{ label: words.say("slots.uplift"), text: words.uplift(uplift) }] : []),
          { label: words.say("slots.won"), text: words.count(won) },
          { label: words.say("slots.exposed"), text: words.count(exposed) },
        ],
      };
    },
  });
}
