/**
 * Reading a slot: which variant is ahead, if the intervals say so.
 *
 * @module
 */
import type { Slot, Variant } from "./api.ts";

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

/** Variants of the whole site, or of a segment if there is such. */
export function variantsOf(slot: Slot, segment: string): readonly Variant[] {
  return slot.segments.find(({ name }) => name === segment)?.variants ?? slot.all;
}
