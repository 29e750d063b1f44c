/**
 * Numbers, ranges and dates in words. No number leaves this file without its
 * interval: {@link Figures.count} and {@link Figures.rate} give both.
 *
 * A value is written as finely as its interval allows, no finer: 597,812 with bounds
 * 241 away becomes 597,810 ±240.
 *
 * @module
 */
import type { Count, Estimate, Mean, Rate, Sum } from "./api.ts";
import { tags, type Language } from "./language.ts";

/** Which interval of a count is shown: what the noise leaves open, or noise and chance together. */
export type Interval = "both" | "noise";

/** A number in words. */
export interface Figure {
  /** The number itself: "597,810", "3.0%", "+24%". */
  readonly value: string;
  /** What is known of it: "±240", "2.5–3.6%", "at least +12%". */
  readonly spread: string;
}

/**
 * Bounds of a count as they are shown: below no device there is none. One that chance
 * leaves without an upper bound lies so far below zero that it is withheld; should it be
 * drawn, it is by its noise.
 */
export function countBounds(count: Count, interval: Interval): { low: number; high: number } {
  const low = interval === "noise" ? count.exact_low : count.low;
  const high = interval === "noise" ? count.exact_high : (count.high ?? count.exact_high);
  return { low: Math.max(0, low), high: Math.max(0, high) };
}

/** The mean of a total over n releases: value and bounds scale alike. */
export function perRelease(total: Count, releases: number): Count {
  const n = Math.max(1, releases);
  return {
    value: total.value / n,
    low: total.low / n,
    high: total.high === null ? null : total.high / n,
    exact_low: total.exact_low / n,
    exact_high: total.exact_high / n,
    hidden: total.hidden,
  };
}

/** The power of ten that keeps two significant digits of a half width, at least 1. */
function grain(half: number): number {
  return half >= 100 ? 10 ** (Math.floor(Math.log10(half)) - 1) : 1;
}

/** Decimals of a percentage whose interval is that many percentage points to each side. */
function decimals(points: number): number {
  if (points >= 0.95) return 0;
  return points >= 0.095 ? 1 : 2;
}

/** Decimals, at most 2, at which the end of an interval that leaves zero behind is not written as zero. */
function apart(low: number, high: number): number {
  const nearest = low > 0 ? low : high < 0 ? -high : Infinity;
  return nearest >= 0.005 ? 0 : nearest >= 0.0005 ? 1 : 2;
}

/** With a minus sign as wide as the plus; Intl writes a hyphen. */
function minus(text: string): string {
  return text.replace("-", "\u2212");
}

/** Writes numbers and dates of one language. */
export class Figures {
  readonly #tag: string;
  readonly #whole: Intl.NumberFormat;
  readonly #short: Intl.NumberFormat;
  readonly #percents: readonly Intl.NumberFormat[];
  readonly #signed: readonly Intl.NumberFormat[];
  readonly #dates = new Map<string, Intl.DateTimeFormat>();
  readonly #to: string;
  readonly #atLeast: (bound: string) => string;

  constructor(readonly language: Language) {
    const tag = tags[language];
    this.#tag = tag;
    this.#whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
    this.#short = new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 });
    const percent = (digits: number, sign: "auto" | "exceptZero"): Intl.NumberFormat =>
      new Intl.NumberFormat(tag, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign });
    this.#percents = [0, 1, 2].map((digits) => percent(digits, "auto"));
    this.#signed = [0, 1, 2].map((digits) => percent(digits, "exceptZero"));
    this.#to = language === "zh" ? " 至 " : " to ";
    this.#atLeast = language === "zh" ? (bound) => `至少 ${bound}` : (bound) => `at least ${bound}`;
  }

  /** A whole number, for what is exact: cells, releases, days. */
  whole(value: number): string {
    return this.#whole.format(value);
  }

  /** A number on an axis: 20K, 2万. */
  axis(value: number): string {
    return this.#short.format(value);
  }

  /** A percentage on an axis, or one that is exact: the holdout's share. */
  percent(share: number, digits: 0 | 1 | 2 = 0): string {
    return this.#percents[digits]!.format(share);
  }

  /** A change on an axis: +20%. */
  signedPercent(share: number): string {
    return minus(this.#signed[0]!.format(share));
  }

  /** A plain number with the given decimals: an epsilon, a standard deviation. */
  decimal(value: number, digits: number): string {
    return new Intl.NumberFormat(this.#tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  /** A probability too small for decimals: 1e-6 as "10⁻⁶", others as they are. */
  tiny(value: number): string {
    const power = Math.log10(value);
    if (!Number.isFinite(power) || Math.abs(power - Math.round(power)) > 1e-9) return String(value);
    const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    const digits = String(Math.abs(Math.round(power)));
    return `10${power < 0 ? "⁻" : ""}${[...digits].map((digit) => superscript[Number(digit)]).join("")}`;
  }

  /**
   * A count with its interval.
   *
   * @returns "±" where value and bounds are symmetric to a tenth, otherwise both bounds
   */
  count(count: Count, interval: Interval): Figure {
    const { low, high } = countBounds(count, interval);
    const half = (high - low) / 2;
    const unit = grain(half);
    const round = (value: number): string => this.#whole.format(Math.round(value / unit) * unit);
    const shown = Math.max(0, count.value);
    const skew = Math.abs(high + low - 2 * shown) / 2;
    const spread =
      skew <= half / 10
        ? `±${this.#whole.format(Math.ceil(half / unit) * unit)}`
        : this.#range(round(Math.floor(low)), round(Math.ceil(high)), false);
    return { value: round(shown), spread };
  }

  /** A share (0 to 1) with its interval. */
  rate(rate: Rate): Figure {
    const low = Math.max(0, rate.low);
    const high = rate.high === null ? 1 : Math.min(1, rate.high);
    const digits = decimals(((high - low) / 2) * 100);
    const write = (value: number): string => this.#percents[digits]!.format(value);
    return { value: write(Math.min(1, Math.max(0, rate.value))), spread: this.#range(write(low), write(high), false) };
  }

  /** A mean of answers with its interval, as finely as that allows. */
  mean(rate: Rate): Figure {
    const high = rate.high ?? rate.low;
    const half = (high - rate.low) / 2;
    const digits = half >= 0.95 ? 0 : half >= 0.095 ? 1 : 2;
    const write = (value: number): string => minus(this.decimal(value, digits));
    const [low, value, top] = [write(rate.low), write(rate.value), write(high)];
    return { value, spread: this.#range(low, top, rate.low < 0) };
  }

  /** Percentage points with their interval: "−4.5", "−5.0 to −4.0". */
  points(change: Estimate): Figure {
    const half = ((change.high - change.low) / 2) * 100;
    const digits = half >= 0.95 ? 0 : half >= 0.095 ? 1 : 2;
    const write = (value: number): string => minus(this.decimal(value * 100, digits));
    return { value: write(change.value), spread: this.#range(write(change.low), write(change.high), true) };
  }

  /** A share that is estimated, with its interval. */
  share(share: Estimate): Figure {
    return this.rate({ ...share, hidden: "" });
  }

  /** An amount with its interval, as finely as that allows. */
  money(money: Sum | Mean, interval: Interval): Figure {
    const exact = interval === "noise" && "exact_low" in money;
    const low = exact ? money.exact_low : money.low;
    const high = exact ? money.exact_high : (money.high ?? Infinity);
    const half = Number.isFinite(high) ? (high - low) / 2 : Math.abs(money.value - low);
    const digits = half >= 0.95 ? 0 : half >= 0.095 ? 1 : 2;
    const unit = grain(half);
    const write = (value: number): string => minus(this.decimal(digits === 0 ? Math.round(value / unit) * unit : value, digits));
    if (!Number.isFinite(high)) return { value: write(money.value), spread: this.#atLeast(write(low)) };
    return { value: write(money.value), spread: this.#range(write(low), write(high), low < 0) };
  }

  /** An uplift (above -1) with its interval, signs shown; one without an upper bound is "at least". */
  uplift(rate: Rate): Figure {
    const digits = rate.high === null ? 0 : Math.max(decimals(((rate.high - rate.low) / 2) * 100), apart(rate.low, rate.high));
    const write = (value: number): string => minus(this.#signed[digits]!.format(value));
    const spread = rate.high === null ? this.#atLeast(write(rate.low)) : this.#range(write(rate.low), write(rate.high), true);
    return { value: write(rate.value), spread };
  }

  #range(low: string, high: string, signed: boolean): string {
    if (signed) return low + this.#to + high;
    return low.endsWith("%") && high.endsWith("%") ? `${low.slice(0, -1)}–${high}` : `${low}–${high}`;
  }

  /**
   * A day, given as YYYY-MM-DD.
   *
   * @param style - "long" with year, "short" for an axis, "weekday" for a tooltip
   */
  date(day: string, style: "long" | "short" | "weekday" = "long"): string {
    const when = new Date(`${day}T00:00:00Z`);
    if (Number.isNaN(when.getTime())) return day;
    return this.#format(style).format(when);
  }

  /** A day of the week, 1 Monday to 7 Sunday. */
  weekday(day: number): string {
    // 5 January 1970 was a Monday.
    return new Intl.DateTimeFormat(this.#tag, { weekday: "long", timeZone: "UTC" }).format(new Date((day + 3) * 86_400_000));
  }

  /** "24 Oct – 22 Nov 2026"; a year is said once where both have it. */
  dates(from: string, to: string): string {
    const start = new Date(`${from}T00:00:00Z`);
    const end = new Date(`${to}T00:00:00Z`);
    if (Number.isNaN(start.getTime()) || Number.isNaN(end.getTime()) || start > end) return `${from} – ${to}`;
    // Intl's own Chinese range falls back to slashes.
    if (this.language === "zh") return `${this.date(from)} – ${this.date(to, from.slice(0, 4) === to.slice(0, 4) ? "short" : "long")}`;
    return this.#format("long").formatRange(start, end);
  }

  #format(style: "long" | "short" | "weekday"): Intl.DateTimeFormat {
    const known = this.#dates.get(style);
    if (known) return known;
    const month = this.language === "zh" ? "long" : "short"; // the short one is written with slashes there
    const options: Record<typeof style, Intl.DateTimeFormatOptions> = {
      long: { day: "numeric", month, year: "numeric" },
      short: { day: "numeric", month },
      weekday: { weekday: "short", day: "numeric", month, year: "numeric" },
    };
    const made = new Intl.DateTimeFormat(this.#tag, { ...options[style], timeZone: "UTC" });
    this.#dates.set(style, made);
    return made;
  }
}
