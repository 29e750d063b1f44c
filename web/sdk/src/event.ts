/**
 * Events of the page, by name, as the bytes that the module takes: docs/formats.md,
 * "Event (edge.AppendEvent)".
 *
 * @module
 */

import { named, type Plan } from "./plan";
import type { Bought, PageEvent, Why } from "./protocol";
import { float, join, time, uv } from "./wire";

/** Kinds by number, as package plan has them. */
const KINDS =
  ",view,click,cart,order,custom,exposure,assign,declare,dwell,search,social,media,refund,answer,asked,attempt,arrive,history,listed,picked,reached,responded".split(
    ",",
  );

/** Names of package plan's vars.go, by number. */
export const CHANNELS = "direct,organic,paid,social,email,referral,push,sms,wechat,affiliate,other".split(",");
export const DEVICES = "phone,tablet,desktop".split(",");
export const REGIONS =
  "africa,america_north,america_south,asia_central,asia_east,asia_south,asia_southeast,asia_west,europe,oceania,other".split(",");
const ACTS = "like,share,comment,follow".split(",");
/** From 1; 0 is not known. */
const SENTIMENTS = ",negative,neutral,positive".split(",");
const TIERS = ",low,middle,high".split(",");

/** Largest order, in minor units. */
const MAX_ORDER = 1e14;

/** Largest of most numbers. */
const MOST = 65_535;

/** Most items of a list that are told. */
const LISTED = 10;

/** Most characters of a search that are looked at. */
const WORDS = 1000;

/** Keys of the items that an event names: {@link keysOf}. */
export type Keys = ReadonlyMap<string, Uint8Array>;

/** Ids of the items that an event names. */
export function itemsOf(event: PageEvent): string[] {
  const { item, items } = event as { readonly item?: unknown; readonly items?: unknown };
  return [item, ...(Array.isArray(items) ? items.slice(0, LISTED) : [])].filter((id) => typeof id === "string" && id) as string[];
}

/** Keys of names: the first 8 bytes of their SHA-256. */
export async function keysOf(ids: readonly string[], subtle: SubtleCrypto): Promise<Keys> {
  const key = async (id: string) => new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(id)), 0, 8);
  return new Map(await Promise.all(ids.map(async (id) => [id, await key(id)] as const)));
}

/** A search without its words, about the plan's topics that they name. */
export function forgetWords(plan: Plan, event: PageEvent): PageEvent {
  if (event.kind !== "search") return event;
  const { topics: given, words } = event;
  if (!Array.isArray(given)) return { kind: "search", topics: given }; // encodeEvent refuses it
  const text = ` ${String(words ?? "")
    .slice(0, WORDS)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")} `;
  // Scripts without spaces between words are searched for the name as it is.
  const names = (topic: string) =>
    /[\u3040-\u9fff]/.test(topic) ? text.includes(topic) : [topic, topic.replace(/s$/, "")].some((t) => text.includes(` ${t} `));
  return { kind: "search", topics: plan.topics.filter((topic) => given.includes(topic) || names(topic)) };
}

/**
 * Encodes an event.
 *
 * Topics that the plan has not are left out: a page may know more than the plan. So are
 * networks, payments and page groups.
 *
 * @returns the bytes; or why there are none: `not-in-plan` for another name, `input` for a
 * value of another kind or out of its bounds.
 */
export function encodeEvent(plan: Plan, event: PageEvent, keys?: Keys): Uint8Array | Extract<Why, "not-in-plan" | "input"> {
  const kind = KINDS.indexOf(event.kind);
  let bad = false;
  const about = () => {
    const { topics: names } = event as { readonly topics?: unknown };
    bad ||= !Array.isArray(names);
    return topics(plan, names);
  };
  /** A whole number within bounds. */
  const whole = (v: unknown, most: number, factor = 1): number[] => {
    const n = Math.round((v as number) * factor);
    if (typeof v === "number" && n >= 0 && n <= most) return uv(n);
    bad = true;
    return [];
  };
  /** Place of a name in a list that must have it. */
  const one = (list: readonly string[], name: unknown): number[] => {
    const at = list.indexOf(name as string);
    if (at < 0) bad = true;
    return [at];
  };
  const key = (id: unknown): ArrayLike<number> => keys?.get(id as string) ?? ((bad = true), []);
  const row = (...parts: readonly ArrayLike<number>[]) => (bad ? "input" : join([kind], ...parts));
  /** An index into a list of the plan, or two. */
  const places = (at: readonly number[], ...parts: readonly ArrayLike<number>[]) =>
    at.some((i) => i < 0) ? "not-in-plan" : row(at, ...parts);
  const bought = ({ items = 0, discount = 0, payment, tier }: Bought) => [
    ...whole(items, MOST),
    ...whole(discount, MAX_ORDER, 100),
    plan.payments.indexOf(payment!) + 1,
    Math.max(0, TIERS.indexOf(tier!)),
  ];
  switch (event.kind) {
    case "view":
    case "cart": {
      const tier = Math.max(0, TIERS.indexOf(event.tier!));
      const item = keys?.get(event.item!);
      return row(about(), item || tier ? [...(item ?? time(0)), tier] : []);
    }
    case "click": {
      const slot = event.slot === undefined ? 0 : named(plan.slots, event.slot) + 1;
      return event.slot !== undefined && !slot ? "not-in-plan" : row([slot], about());
    }
    case "order": {
      const more = bought(event);
      return row(whole(event.value, MAX_ORDER, 100), about(), more.some(Boolean) ? more : []);
    }
    case "history":
      return row(whole(event.age, 1e10), whole(event.value, MAX_ORDER, 100), bought(event), about());
    case "refund":
      return row(whole(event.value, MAX_ORDER, 100), about());
    case "dwell":
      return row(whole(Math.min(event.seconds, MOST), MOST), about());
    case "custom":
      return places([plan.events.indexOf(event.name)]);
    case "exposure": {
      const slot = named(plan.slots, event.slot);
      return places([slot, plan.slots[slot]?.columns.indexOf(event.variant) ?? -1]);
    }
    case "assign": {
      const campaign = named(plan.campaigns, event.campaign);
      return places([campaign, plan.campaigns[campaign]?.columns.indexOf(event.arm) ?? -1]);
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
    case "search":
      return row(about());
    case "social": {
      const judged = event.act === "comment" ? Math.max(0, SENTIMENTS.indexOf(event.sentiment!)) : 0;
      return row([...one(ACTS, event.act), plan.networks.indexOf(event.network!) + 1, judged], about());
    }
    case "media":
      return row(whole(event.quarter, 4), about());
    case "attempt": {
      const { difficulty, right } = event;
      if (!(Math.abs(difficulty) <= 10) || typeof right !== "boolean") return "input";
      return places([plan.skills.indexOf(event.skill)], key(event.item), float(difficulty), [+right], about());
    }
    case "arrive": {
      const { offset } = event;
      if (!(Math.abs(offset) <= 840)) return "input";
      const zigzag = offset < 0 ? -2 * Math.round(offset) - 1 : 2 * Math.round(offset);
      const group = plan.pages.indexOf(event.page!) + 1;
      return row([...one(CHANNELS, event.channel), ...one(DEVICES, event.device), ...one(REGIONS, event.region), group], uv(zigzag));
    }
    case "asked":
      return places([named(plan.surveys, event.survey)]);
    case "answer": {
      const at = named(plan.surveys, event.survey);
      const survey = plan.surveys[at];
      if (!survey) return "not-in-plan";
      const { value } = event;
      if (survey.kind < 3) return survey.kind === 1 && !value ? "input" : row([at], whole(value, survey.kind === 1 ? 5 : 10));
      const chosen = [value].flat().map((answer) => survey.answers.indexOf(answer as string));
      if (!chosen.length || chosen.some((i) => i < 0)) return "not-in-plan";
      return row([at], uv(survey.kind === 3 ? chosen[0]! : [...new Set(chosen)].reduce((bits, i) => bits + 2 ** i, 0)));
    }
    case "listed": {
      const all = itemsOf(event);
      const at = named(plan.lists, event.list);
      return at < 0 ? "not-in-plan" : all.length ? row([at, all.length], ...all.map(key)) : "input";
    }
    case "picked":
      return places([named(plan.lists, event.list)], key(event.item), about());
    case "reached":
    case "responded": {
      const at = named(plan.messages, event.message);
      const own = plan.messages[at]?.channels;
      // Of an answer the device knows the channel by itself; the bytes name one of the message's.
      const channel = event.kind === "reached" ? event.channel : own?.[0];
      return places([at, own?.includes(channel!) ? plan.channels.indexOf(channel!) : -1]);
    }
    default:
      return "input";
  }
}

/** The set of topics, one bit each: there may be 64. */
export function topics(plan: Plan, names: unknown): number[] {
  const those = Array.isArray(names) ? (names as unknown[]) : [];
  return uv(plan.topics.reduce((set, topic, i) => (those.includes(topic) ? set | (1n << BigInt(i)) : set), 0n));
}
