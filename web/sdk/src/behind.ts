/**
 * Which events a fact rests on: for whoever reads the journal, and for erasing from it
 * what is erased from the state.
 *
 * @module
 */

import type { PageEvent } from "./protocol";

/** Kinds of events by variable. What is not named rests on every event: it counts visits and days. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  views: ["view"],
  pages: ["view"],
  depth: ["view"],
  clicks: ["click"],
  carts: ["cart"],
  days_since_cart: ["cart"],
  dwell: ["dwell"],
  orders: ["order", "history"],
  revenue: ["order", "history"],
  average_order: ["order", "history"],
  last_order: ["order", "history"],
  days_since_order: ["order", "history"],
  rfm_recency: ["order", "history"],
  rfm_frequency: ["order", "history"],
  rfm_money: ["order", "history"],
  discount_share: ["order", "history"],
  items_per_order: ["order", "history"],
  payment: ["order", "history"],
  price_tier: ["view", "cart", "order", "history"],
  refunds: ["refund"],
  refund_share: ["refund", "order", "history"],
  searches: ["search"],
  likes: ["social"],
  shares: ["social"],
  comments: ["social"],
  follows: ["social"],
  sentiment: ["social"],
  media: ["media"],
  csat: ["answer"],
  nps: ["answer"],
  surveys: ["answer"],
  satisfaction: ["answer", "social"],
  buy_chance: ["order"],
  hour: ["arrive"],
  weekday: ["arrive"],
  device: ["arrive"],
  channel: ["arrive"],
  region: ["arrive"],
  scenario: ["arrive"],
  entry: ["arrive"],
};

/** Kinds that say nothing of interests, whatever topics they name. */
const DUMB = ["exposure", "assign", "declare", "refund", "arrive"];

/** Whether a fact, by its variable's name, rests on an event. */
export function behind(variable: string, event: PageEvent): boolean {
  const { kind } = event;
  const [what = "", rest] = variable.split(/\.(.*)/s);
  const { topics } = event as { readonly topics?: readonly string[] };
  if (what === "affinity") return !DUMB.includes(kind) && !!topics?.includes(rest!);
  if (what === "top_topic") return !DUMB.includes(kind) && !!topics?.length;
  if (what === "ability") return (kind as string) === "attempt" && (event as unknown as { readonly skill: string }).skill === rest;
  const kinds = KINDS[variable];
  if (kinds) return kinds.includes(kind);
  if (kind === "declare") return event.attribute === variable;
  return COUNTS.includes(variable) && kind !== ("history" as string);
}

/** Whether a fact rests on every event, so that nothing can be erased with it. */
export function counts(variable: string): boolean {
  return COUNTS.includes(variable);
}

const COUNTS = [
  "visits",
  "days_since_first",
  "days_since_visit",
  "active_days",
  "sessions_30",
  "usual_hour",
  "usual_gap",
  "lapse",
  "lapse_risk",
];
