/**
 * The module's answers to Facts and Budget, in names: package wasm/abi draws the bytes.
 *
 * @module
 */

import type { Plan } from "./plan";
import type { Budget, Fact, Facts, Interest } from "./protocol";
import { Malformed, Reader } from "./wire";

const DEVICES = ["phone", "tablet", "desktop"];
const TIERS = ["low", "middle", "high"];
const CHANNELS = ["direct", "organic", "paid", "social", "email", "referral", "push", "sms", "wechat", "affiliate", "other"];
const REGIONS = "africa america_north america_south asia_central asia_east asia_south asia_southeast asia_west europe oceania other".split(
  " ",
);
const SCENARIOS = ["weekday", "weekend"].flatMap((day) =>
  ["morning", "day", "evening", "night"].flatMap((part) => DEVICES.map((device) => `${day}-${part}-${device}`)),
);

/** The built-in variables by number, as package plan has them: vars.go. */
export const VARIABLES =
  "visits views clicks carts orders revenue average_order last_order days_since_first days_since_visit days_since_order days_since_cart active_days top_topic sessions_30 hour weekday device channel region scenario usual_hour pages depth dwell searches likes shares comments follows media sentiment lapse usual_gap rfm_recency rfm_frequency rfm_money price_tier discount_share refund_share items_per_order payment refunds csat nps satisfaction surveys lapse_risk buy_chance entry".split(
    " ",
  );

/** Numbers from which the plan's own variables begin. */
const ATTRIBUTE = 64;
const AFFINITY = 128;
const ABILITY = 192;

/** The texts of a variable whose value is an index; undefined for numbers. */
function textsOf(plan: Plan, name: string): readonly string[] | undefined {
  const of: Readonly<Record<string, readonly string[] | undefined>> = {
    top_topic: plan.topics,
    device: DEVICES,
    channel: CHANNELS,
    region: REGIONS,
    scenario: SCENARIOS,
    price_tier: TIERS,
    payment: plan.payments,
    entry: plan.pages,
  };
  return of[name];
}

/** The number of a variable, by its name; -1 if the plan has none of that name. */
export function variableOf(plan: Plan, name: string): number {
  const [kind, rest = ""] = name.split(/\.(.*)/s);
  const own = (list: readonly string[] | undefined, from: number) => (list?.includes(rest) ? from + list.indexOf(rest) : -1);
  if (kind === "affinity") return own(plan.topics, AFFINITY);
  if (kind === "ability") return own(plan.skills, ABILITY);
  const attribute = plan.attributes.findIndex((it) => it.name === name);
  return attribute >= 0 ? ATTRIBUTE + attribute : VARIABLES.indexOf(name);
}

/**
 * Reads what a device knows.
 *
 * @throws Malformed If it is no answer of this plan.
 */
export function decodeFacts(plan: Plan, bytes: Uint8Array): Omit<Facts, "places"> {
  const r = new Reader(bytes);
  const variables: Fact[] = [];
  const attributes: Fact[] = [];
  r.list(() => {
    const index = r.byte();
    const known = r.bool();
    const number = r.float();
    if (index >= ABILITY) {
      const skill = plan.skills?.[index - ABILITY];
      if (skill === undefined) throw new Malformed();
      variables.push({ name: `ability.${skill}`, value: known ? number : null });
    } else if (index >= AFFINITY) {
      const topic = plan.topics[index - AFFINITY];
      if (topic === undefined) throw new Malformed();
      variables.push({ name: `affinity.${topic}`, value: known ? number : null });
    } else if (index >= ATTRIBUTE) {
      const attribute = plan.attributes[index - ATTRIBUTE];
      if (!attribute) throw new Malformed();
      const { name, flag, values } = attribute;
      const value = flag ? number === 1 : values ? values[number] : number;
      if (value === undefined) throw new Malformed();
      attributes.push({ name, value: known ? value : null, kind: flag ? "flag" : values ? "choice" : "number", values });
    } else {
      const name = VARIABLES[index];
      if (!name) throw new Malformed();
      const texts = textsOf(plan, name);
      const value = texts ? texts[number] : number;
      if (known && value === undefined) throw new Malformed();
      variables.push({ name, value: known ? value! : null });
    }
  });
  const interests: Interest[] = r.list(() => {
    const topic = plan.topics[r.byte()];
    if (topic === undefined) throw new Malformed();
    return { topic, sums: [r.float(), r.float(), r.float(), r.float(), r.float()] };
  });
  const segment = plan.segments[r.byte()];
  if (segment === undefined) throw new Malformed();
  r.close();
  return { segment, variables, attributes, interests };
}

/**
 * Reads what was spent.
 *
 * @throws Malformed
 */
export function decodeBudget(bytes: Uint8Array): Budget {
  const r = new Reader(bytes);
  const u64 = () => r.u32() * 2 ** 32 + r.u32();
  const budget = { today: u64(), month: u64(), year: u64(), capToday: u64(), capMonth: u64(), reports: r.u32() };
  r.close();
  return budget;
}
