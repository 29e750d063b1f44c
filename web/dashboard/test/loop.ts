/**
 * The loop's part of the fixture's console: invented, and held to the API's types.
 *
 * @module
 */
import type { Belief, Loop, Order } from "../src/api.ts";
import { shift } from "../src/location.ts";

const belief = (mean: number, half: number, devices: number): Belief => ({ mean, low: mean - half, high: mean + half, devices });
const variants = ["plain", "shoes", "bags", "watches"];

function order(id: number, more: Partial<Order>): Order {
  return {
    id,
    at: "2026-11-20T09:00:00Z",
    site: "shop.example",
    by: "analyst",
    action: "stop",
    kind: "slot",
    name: "hero",
    variant: "",
    until: "",
    why: null,
    ...more,
  };
}

/**
 * @param orders - given while the fixture runs, the newest first
 * @param odd - nothing was told before, names are long, and the optimiser is rolled back
 */
export function loop(from: string, to: string, orders: readonly Order[], odd: boolean): Loop {
  const stopped = (name: string): boolean => {
    const last = orders.find(({ action, variant }) => (action === "stop" || action === "resume") && (variant === name || variant === ""));
    return last?.action === "stop";
  };
  const back = orders.find(({ action }) => action === "roll back" || action === "go on");
  const long = "a segment whose name is as long as names may well become in a plan";
  return {
    range: { from, to, releases: 30, missing: [] },
    before: shift(from, -1),
    since: "2026-08-24",
    steerable: true,
    told: [
      {
        kind: "slot",
        name: "hero",
        variants,
        segments: ["regulars", odd ? long : "new"].map((name, segment) => ({
          name,
          variants: variants.map((variant, index) => ({
            name: variant,
            before: odd ? null : belief(0.04 + 0.01 * index, 0.012, 900),
            now: belief(0.04 + 0.012 * ((index + segment) % 4), 0.008, 2100),
            share_before: belief(odd ? 0.25 : 0.1 + 0.1 * index, 0.04, 400),
            share: index > 0 && stopped(variant) ? belief(0.005, 0.005, 400) : belief(0.1 + 0.1 * ((index + segment) % 4), 0.04, 400),
            stopped: index > 0 && stopped(variant),
          })),
        })),
      },
      {
        kind: "campaign",
        name: "mail",
        variants: ["none", "voucher"],
        segments: [
          {
            name: "",
            variants: ["none", "voucher"].map((name) => ({
              name,
              before: null,
              now: null,
              share_before: belief(0.5, 0.05, 400),
              share: belief(0.5, 0.05, 400),
              stopped: false,
            })),
          },
        ],
      },
    ],
    back: back?.action === "roll back" ? back : null,
    unwatched: odd ? [{ kind: "campaign", name: "mail" }] : [],
    rails: [
      ...["", "shoes", "bags"].map((variant, index) => ({
        kind: "slot",
        name: "hero",
        variant,
        metric: "goal",
        survey: "",
        against: "holdout",
        from: shift(to, -13),
        to,
        diff: { value: 0.02 - 0.03 * index, low: 0.01 - 0.03 * index, high: 0.025 - 0.03 * index },
        state: index === 2 ? ("found" as const) : ("none" as const),
        margin: index ? 0.007 : 0,
      })),
      {
        kind: "",
        name: "",
        variant: "",
        metric: "satisfaction",
        survey: "after buying",
        against: "before",
        from: shift(to, -13),
        to,
        diff: { value: 0, low: 0, high: 0 },
        state: "unknown",
        margin: 0,
      },
    ],
    orders: [
      ...orders,
      order(2, { action: "resume", variant: "watches" }),
      order(1, {
        by: "",
        variant: "watches",
        why: { metric: "goal", against: "holdout", from: "2026-11-05", to: "2026-11-18", value: -0.021, low: -0.031, high: -0.011 },
      }),
    ],
    worth: [
      {
        kind: "slot",
        name: "hero",
        goal: "click",
        since: "2026-08-24",
        rate: { value: 0.31, low: 0.24, high: 0.38, hidden: "" },
        days: [
          { date: "2026-08-24", rate: { value: 0.2, low: -0.1, high: 0.6, hidden: "" } },
          { date: "2026-09-01", rate: { value: 0.31, low: 0.24, high: 0.38, hidden: "" } },
        ],
      },
      {
        kind: "campaign",
        name: "mail",
        goal: "order",
        since: "2026-08-24",
        rate: { value: 0, low: -1, high: null, hidden: odd ? "noise" : "" },
        days: [],
      },
    ],
    budget: odd
      ? []
      : [
          {
            name: "spring",
            kind: "campaign",
            verdict: "raise",
            incremental: { value: 0.4, low: 0.1, high: 0.7 },
            was: 40000,
            amount: 48000,
            from: "2026-11-07",
            to: "2026-12-06",
            gain: { value: 3200, low: 800, high: 5600 },
            currency: "EUR",
            margin: "40",
          },
        ],
  };
}

/** The order that a call gives. */
export function given(sent: Readonly<Record<string, string>>, orders: readonly Order[]): Order {
  const { action = "", kind = "", name = "", variant = "", until = "" } = sent;
  return order(orders.length + 3, { action, kind, name, variant, until });
}
