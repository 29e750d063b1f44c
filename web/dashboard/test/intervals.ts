/**
 * Intervals of the fixture's numbers: the same formulas as the console's, so that what
 * the dashboard is tried on looks like what it will be given.
 *
 * @module
 */
import type { Count, Hidden, Rate } from "../src/api.ts";

const z = 1.96;

/** A count of variance v: noise alone, and the roots of (X-l)^2 = z^2 (l+v). */
export function count(value: number, v: number): Count {
  const half = z * Math.sqrt(v);
  const spread = z * Math.sqrt(Math.max(0, value) + v + (z * z) / 4);
  const [low, high] = [value + (z * z) / 2 - spread, value + (z * z) / 2 + spread];
  const hidden: Hidden = value < half ? "noise" : (high - low) / 2 > value / 2 ? "wide" : "";
  return { value, low, high, exact_low: value - half, exact_high: value + half, hidden };
}

/** K of N: noisy Wilson (PRIVACY.md, section 6). */
export function rate(k: number, n: number, vk: number, vn: number, c: number): Rate {
  const positive = Math.max(n, 0);
  const a = n * n + z * z * positive - z * z * vn;
  const b = 2 * k * n + z * z * positive - 2 * z * z * c;
  const disc = b * b - 4 * a * (k * k - z * z * vk);
  if (a <= 0 || disc < 0) return { value: n > 0 ? k / n : 0, low: 0, high: 1, hidden: "empty" };
  const low = Math.max(0, (b - Math.sqrt(disc)) / (2 * a));
  const high = Math.min(1, (b + Math.sqrt(disc)) / (2 * a));
  const value = k / n;
  return { value, low, high, hidden: k < z * Math.sqrt(vk) ? "noise" : (high - low) / 2 > value / 2 ? "wide" : "" };
}

/** How many times the second rate the first is, less one; without an upper bound where the second may be 0. */
export function uplift(treated: Rate, control: Rate): Rate {
  const ratio = treated.value / control.value;
  const top = treated.high ?? 1;
  const error = Math.hypot((top - treated.low) / (2 * treated.value), ((control.high ?? 1) - control.low) / (2 * control.value));
  if (control.low <= 0 || !Number.isFinite(error)) return { value: ratio - 1, low: -1, high: null, hidden: "wide" };
  return { value: ratio - 1, low: ratio * Math.exp(-error) - 1, high: ratio * Math.exp(error) - 1, hidden: error > 0.9 ? "wide" : "" };
}
