import type { Language } from "./language";

/** What a line of a cart costs, in cents. */
export interface Line {
  readonly topic: string;
  readonly price: number; // of one, in cents
  readonly count: number;
}

/** What a cart amounts to, in cents. */
export interface Total {
  readonly goods: number;
  readonly bundle: number; // taken off
  readonly shipping: number;
  readonly sum: number;
}

/** From here on shipping is free, in cents. */
export const freeShipping = 60_00;
/** Shipping below it, in cents. */
export const shippingFee = 4_90;

/**
 * Adds a cart up. Both offers hold for everybody, whichever of them the promotion
 * slot tells of: shipping is free from {@link freeShipping} on, and of two things of
 * one topic the cheaper costs a tenth less, once for each pair.
 */
export function total(lines: readonly Line[]): Total {
  const goods = lines.reduce((sum, line) => sum + line.price * line.count, 0);
  const byTopic = new Map<string, number[]>();
  for (const line of lines) {
    const prices = byTopic.get(line.topic) ?? [];
    for (let i = 0; i < line.count; i++) prices.push(line.price);
    byTopic.set(line.topic, prices);
  }
  let bundle = 0;
  for (const prices of byTopic.values()) {
    prices.sort((a, b) => b - a);
    for (let i = 1; i < prices.length; i += 2) bundle += Math.round((prices[i] as number) / 10);
  }
  const after = goods - bundle;
  const shipping = after === 0 || after >= freeShipping ? 0 : shippingFee;
  return { goods, bundle, shipping, sum: after + shipping };
}

/** Writes an amount of cents. */
export function money(cents: number, language: Language): string {
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-IE", {
    style: "currency",
    currency: "EUR",
    minimumFractionDigits: cents % 100 === 0 ? 0 : 2,
  }).format(cents / 100);
}
