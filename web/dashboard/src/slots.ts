/**
 * Reading a slot: which variant is ahead, if the intervals say so.
 *
 * @module
 */
import type { Rate, Slot, Variant } from "./api.ts";
import { verdict } from "./words.ts";

/** The holdout's column among a slot's variants. */
export const holdout = "holdout";

/**
 * The variant whose whole interval lies above every other's. Withheld rates count with
 * their intervals: what cannot be shown cannot be ruled out either. The holdout is
 * no rival, as it was not chosen.
 *
 * @returns undefined where no variant is, or there is none to compare with
 */
export function leader(variants: readonly Variant[]): Variant | undefined {
  const rivals = variants.filter(({ name }) => name !== holdout);
  if (rivals.length < 2) return undefined;
  return rivals.find(
    (one) =>
      one.rate.hidden === "" && rivals.every((other) => other === one || (other.rate.high !== null && other.rate.high < one.rate.low)),
  );
}

/** A campaign's two arms, of the whole site: the interval of their difference says which is ahead. */
export function pairOf(slot: Slot): { first: Variant; second: Variant; found: Rate } | undefined {
  const [first, second, third] = slot.all;
  return first && second?.uplift && !third ? { first, second, found: second.uplift } : undefined;
}

/**
 * The variant that is ahead for sure in a segment, or the whole site: of two arms of the
 * whole site by their difference, which may leave zero behind while their own intervals still
 * overlap; else, with many to compare, the {@link leader}.
 */
export function ahead(slot: Slot, segment: string): Variant | undefined {
  const pair = segment === "" ? pairOf(slot) : undefined;
  if (!pair) return leader(variantsOf(slot, segment));
  const found = verdict(pair.found);
  return found === "more" ? pair.second : found === "less" ? pair.first : undefined;
}

/** Variants of the whole site, or of a segment if there is such. */
export function variantsOf(slot: Slot, segment: string): readonly Variant[] {
  return slot.segments.find(({ name }) => name === segment)?.variants ?? slot.all;
}
