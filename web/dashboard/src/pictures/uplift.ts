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

/**
 * The axis of uplifts: wide enough for every number and the narrower intervals, so that
 * the first days, of which little is known, do not flatten all others.
 */
function reach(rates: readonly Rate[]): { min: number; max: number } {
  const shown = rates.filter(({ hidden }) => hidden === "");
  const widths = shown.map(({ low, high }) => Math.max(Math.abs(low), Math.abs(high ?? Infinity))).sort((a, b) => a - b);
  const usual = widths[Math.floor(widths.length * 0.7)] ?? 0.5;
  const values = shown.map(({ value }) => Math.abs(value));
  const top = Math.min(8, Math.max(0.1, Number.isFinite(usual) ? usual : 1, ...values) * 1.15);
  const step = top > 2 ? 0.5 : top > 0.5 ? 0.1 : 0.05;
  const max = Math.ceil(top / step) * step;
  const lowest = Math.min(0, ...shown.map(({ low }) => low));
  return { min: Math.max(least, -max, Math.floor(lowest / step) * step), max };
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
      rows: known.map(({ name, uplift }, color) => ({
        name,
        point: upliftPoint(uplift!.rate, 99),
        reason: words.hidden(uplift!.rate.hidden),
        color,
      })),
      writeValue: (value) => words.figures.signedPercent(value),
      reference: 0,
      ...axis,
      tip: (index) => {
        const { name, uplift } = known[index]!;
        return {
          title: name,
          lines: [
            { label: words.say("slots.uplift"), text: words.uplift(uplift!.rate) },
            { label: words.say("slots.treated"), text: words.rate(uplift!.treated) },
            { label: words.say("slots.control"), text: words.rate(uplift!.control) },
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
  let color = 0;
  return ranges({
    rows: variants.map(({ name, rate }) => ({
      name: words.variant(name),
      point: ratePoint(rate),
      reason: words.hidden(rate.hidden),
      color: name === holdout ? undefined : color++,
    })),
    writeValue: (value) => words.figures.percent(value, 1),
    min: 0,
    ...(control && control.rate.hidden === "" ? { reference: control.rate.value } : {}),
    tip: (index) => {
      const { name, exposed, won, rate } = variants[index]!;
      return {
        title: words.variant(name),
        lines: [
          { label: words.say("slots.rate"), text: words.rate(rate) },
          { label: words.say("slots.won"), text: words.count(won) },
          { label: words.say("slots.exposed"), text: words.count(exposed) },
        ],
      };
    },
  });
}
