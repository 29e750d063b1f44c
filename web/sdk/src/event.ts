/**
 * Events of the page, by name, as the bytes that the module takes: docs/formats.md,
 * "Event (edge.AppendEvent)".
 *
 * @module
 */

import type { Plan } from "./plan";
import type { PageEvent, Why } from "./protocol";
import { float, join, uv } from "./wire";

/** Kinds by number, as package plan has them. */
const KIND = { view: 1, click: 2, cart: 3, order: 4, custom: 5, exposure: 6, assign: 7, declare: 8, dwell: 9 } as const;

/** Largest order, in minor units. */
const MAX_ORDER = 1e14;

/** Longest dwell, seconds. */
const MAX_DWELL = 65_535;

/**
 * Encodes an event.
 *
 * Topics that the plan has not are left out: a page may know more than the plan.
 *
 * @returns the bytes; or why there are none: `not-in-plan` for another name, `input` for a
 * value of another kind or out of its bounds.
 */
export function encodeEvent(plan: Plan, event: PageEvent): Uint8Array | Extract<Why, "not-in-plan" | "input"> {
  const kind = KIND[event.kind];
  const row = (...parts: readonly ArrayLike<number>[]) => join([kind], ...parts);
  /** An index into a list of the plan, or two. */
  const places = (...at: number[]) => (at.some((i) => i < 0) ? "not-in-plan" : row(at));
  switch (event.kind) {
    case "view":
    case "cart":
      return row(topics(plan, event.topics));
    case "click": {
      const slot = event.slot === undefined ? 0 : named(plan.slots, event.slot) + 1;
      return event.slot !== undefined && !slot ? "not-in-plan" : row([slot], topics(plan, event.topics));
    }
    case "order": {
      const minor = Math.round(event.value * 100);
      return minor >= 0 && minor <= MAX_ORDER ? row(uv(minor), topics(plan, event.topics)) : "input";
    }
    case "dwell":
      return event.seconds >= 0 ? row(uv(Math.min(Math.round(event.seconds), MAX_DWELL)), topics(plan, event.topics)) : "input";
    case "custom":
      return places(plan.events.indexOf(event.name));
    case "exposure": {
      const slot = named(plan.slots, event.slot);
      return places(slot, plan.slots[slot]?.columns.indexOf(event.variant) ?? -1);
    }
    case "assign": {
      const campaign = named(plan.campaigns, event.campaign);
      return places(campaign, plan.campaigns[campaign]?.columns.indexOf(event.arm) ?? -1);
    }
    case "declare": {
      const at = named(plan.attributes, event.attribute);
      const attribute = plan.attributes[at];
      if (!attribute) return "not-in-plan";
      const { flag, values } = attribute;
      if (typeof event.value !== (flag ? "boolean" : values ? "string" : "number")) return "input";
      const value = values ? values.indexOf(event.value as string) : Number(event.value);
      if (values && value < 0) return "not-in-plan";
      return Number.isFinite(value) ? row([at], float(value)) : "input";
    }
  }
}

/** Index of what has a name; -1 if nothing has it. */
export function named(list: readonly { readonly name: string }[], name: string): number {
  return list.findIndex((it) => it.name === name);
}

/** The set of topics, one bit each: there may be 64. */
function topics(plan: Plan, names: readonly string[]): number[] {
  return uv(plan.topics.reduce((set, topic, i) => (names.includes(topic) ? set | (1n << BigInt(i)) : set), 0n));
}
