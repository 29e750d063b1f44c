/**
 * What a page asks the device to choose beside slots: items of a list, a way to reach the
 * visitor, a survey. Package wasm/abi draws the bytes.
 *
 * @module
 */

import { keysOf, topics } from "./event";
import { done, refuse, refused } from "./fault";
import type { Mind } from "./mind";
import { OP } from "./module";
import { named, type Plan } from "./plan";
import type { CatalogueItem, Outcome, PickReason, Picks, ReachAnswer, Request, SurveyAsk, WhyList } from "./protocol";
import { float, join, Reader, time, uv } from "./wire";

/** Most items of a catalogue. */
const MOST = 2000;

/** Largest price, in minor units, and day. */
const MAX_PRICE = 1e14;
const MAX_DAY = 1 << 20;

const DAY = 86_400_000;

const REASONS: readonly PickReason[] = ["viewed", "interest", "popular", "new", "price", "page", "level", "next"];
const REFUSED = ["", "not-for", "capped"] as const;
const WHYS = ["", "own", "everyone", "order", "holdout"] as const;
const KINDS = ["csat", "nps", "one", "multi"] as const;

/** Keys of ids that were asked for before: a catalogue is the same on every page. */
let known = new Map<string, Uint8Array>();

/** What offers are made with. */
export interface OfferMeans {
  readonly mind: Mind;
  readonly plan: Plan;
  /** Unix seconds. */
  readonly now: number;
  readonly subtle: SubtleCrypto;
}

/** Items of a catalogue that have an id, each once, and its bytes: package recommend's. */
export async function catalogue(
  plan: Plan,
  items: readonly CatalogueItem[],
  subtle: SubtleCrypto,
): Promise<{ readonly sound: readonly CatalogueItem[]; readonly bytes: Uint8Array }> {
  const seen = new Set<string>();
  const sound = items.filter((item) => {
    const id = (item as CatalogueItem | null)?.id;
    return typeof id === "string" && id && !seen.has(id) && seen.add(id);
  });
  sound.length = Math.min(sound.length, MOST);
  const wanted = sound.map(({ id }) => id).filter((id) => !known.has(id));
  if (known.size > 4 * MOST) known = new Map();
  for (const [id, key] of await keysOf(wanted, subtle)) known.set(id, key);
  const rows = sound.map((item) => {
    const minor = Math.round(Number(item.price) * 100);
    const day = Math.floor(Date.parse(String(item.added)) / DAY);
    const skill = plan.skills.indexOf(item.skill!) + 1;
    const difficulty = Number(item.difficulty ?? 0);
    return join(
      known.get(item.id)!,
      topics(plan, Array.isArray(item.topics) ? item.topics.map((t) => String(t).toLowerCase()) : []),
      uv(minor >= 0 && minor <= MAX_PRICE ? minor : 0),
      uv(day >= 0 && day <= MAX_DAY ? day : 0),
      [skill],
      skill ? float(Math.max(-10, Math.min(10, difficulty || 0))) : [],
    );
  });
  return { sound, bytes: join(uv(rows.length), ...rows) };
}

/** The catalogue that a mind's instance was given for a list: it is not given again. */
const given = new WeakMap<Mind, Map<number, Uint8Array>>();

/** The module's code for a list without a catalogue: the instance, or its plan, is a new one. */
const NO_PLACE = -31;

const same = (a: Uint8Array | undefined, b: Uint8Array) => a?.length === b.length && a.every((byte, i) => byte === b[i]);

/** Ranks a list: every part of each score, for the visitor's eyes; {@link bare} is for the page. */
export async function pick(
  { mind, plan, now, subtle }: OfferMeans,
  { list, items, topics: about, current }: Extract<Request, { do: "list" }>,
): Promise<Outcome<WhyList>> {
  const at = named(plan.lists, list);
  if (at < 0) return refuse("not-in-plan", "the plan has no such list");
  if (!Array.isArray(items)) return refuse("input", `list ${list}: the catalogue is none`);
  const { sound, bytes } = await catalogue(plan, items, subtle);
  const here = known.get(current ?? "") ?? new Uint8Array(8);
  const has = given.get(mind) ?? new Map<number, Uint8Array>();
  given.set(mind, has);
  const rank = () => mind.call(OP.recommend, time(now), [at], topics(plan, about), here);
  let answer = same(has.get(at), bytes) ? rank() : NO_PLACE;
  if (answer === NO_PLACE) {
    const taken = mind.call(OP.catalogue, [at], bytes);
    if (typeof taken === "number") return refused(taken);
    has.set(at, bytes);
    answer = rank();
  }
  if (typeof answer === "number") return refused(answer);
  const r = new Reader(answer);
  const picks = Array.from({ length: r.byte() }, () => {
    const { id } = sound[r.byte() * 256 + r.byte()]!;
    const reason = REASONS[r.byte() - 1] ?? "popular";
    const topic = plan.topics[r.byte() - 1] ?? "";
    const [score, interest, popular, price, fresh, rotation] = [r.float(), r.float(), r.float(), r.float(), r.float(), r.float()];
    return { id, reason, topic, score, interest, popular, price, fresh, rotation };
  });
  return done({ list, picks });
}

/** What the page shows of an offer. */
export function bare({ list, picks }: WhyList): Picks {
  return { list, picks: picks.map(({ id, reason, topic }) => ({ id, reason, topic })) };
}

/** By which channel, and when, a message may come. */
export function reach({ mind, plan, now }: OfferMeans, message: string): Outcome<ReachAnswer> {
  const at = named(plan.messages, message);
  if (at < 0) return refuse("not-in-plan", "the plan has no such message");
  const answer = mind.call(OP.reach, time(now), [at]);
  if (typeof answer === "number") return refused(answer);
  const [no, channel, why, bits] = answer as unknown as [number, number, number, number];
  const when = Number(new DataView(answer.buffer, answer.byteOffset + 4).getBigInt64(0));
  return done({
    channel: no ? "" : (plan.channels[channel] ?? ""),
    at: when,
    why: (no ? REFUSED[no] : WHYS[why]) || "order",
    habit: !!(bits & 1),
    quiet: !!(bits & 2),
  });
}

/** The surveys that may be asked now, in the plan's order. */
export function surveys({ mind, plan, now }: OfferMeans, exit: boolean): Outcome<SurveyAsk[]> {
  const answer = mind.call(OP.surveys, time(now), [exit ? 1 : 0]);
  if (typeof answer === "number") return refused(answer);
  return done(
    [...answer].map((index) => {
      const { name, kind, answers } = plan.surveys[index]!;
      return { name, kind: KINDS[kind - 1]!, answers };
    }),
  );
}
