/**
 * The module's answer to Choose, in names: package wasm/abi draws the bytes.
 *
 * @module
 */

import type { Choice, Reason, WhyChoice } from "./protocol";
import type { Plan } from "./plan";
import { Malformed, Reader } from "./wire";

const REASONS: readonly Reason[] = ["sampled", "explored", "holdout", "ineligible", "capped", "resting", "excluded"];

/**
 * Reads what was decided.
 *
 * @throws Malformed If it is none of this plan.
 */
export function decodeChoice(plan: Plan, bytes: Uint8Array): Choice {
  const [kind, at, column, why] = bytes;
  const { name, columns } = (kind ? plan.campaigns : plan.slots)[at!] ?? {};
  const reason = REASONS[why! - 1];
  const variant = columns?.[column!];
  if (!reason || variant === undefined) throw new Malformed();
  return { slot: name!, variant, reason, ...(!column && { first: true }) };
}

/**
 * Reads a decision with its reasons.
 *
 * @throws Malformed If it is none of this plan.
 */
export function decodeDecision(plan: Plan, bytes: Uint8Array): WhyChoice {
  const r = new Reader(bytes);
  const { name, columns } = (r.byte() ? plan.campaigns : plan.slots)[r.byte()] ?? {};
  const column = r.byte();
  const reason = REASONS[r.byte() - 1];
  const kept = r.bool();
  const segment = plan.segments[r.byte()];
  r.take(8); // version of the priors
  if (!columns || !reason || segment === undefined || column >= columns.length || r.byte() !== columns.length) throw new Malformed();
  const options = columns.map((variant) => {
    r.u32(); // strength of the prior
    const [prior, shown, won, match, mean] = [r.float(), r.float(), r.float(), r.float(), r.float()];
    r.float(); // strength of the mean
    return { variant, prior, shown, won, match, mean, draw: r.float(), value: r.float() };
  });
  r.close();
  return { slot: name!, variant: columns[column]!, reason, first: !column, segment, kept, options };
}
