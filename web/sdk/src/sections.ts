/**
 * What a plan of format 3 has after its metrics: the names of what the device knows beyond
 * slots and campaigns. docs/formats.md draws the bytes.
 *
 * @module
 */

import type { Reader } from "./wire";

/** A survey. */
export interface Survey {
  readonly name: string;
  readonly kind: number; // 1 CSAT, 2 NPS, 3 one of the answers, 4 several
  readonly answers: readonly string[];
}

/** A list; its items are those that are measured by name. */
export interface List {
  readonly name: string;
  readonly items: readonly string[];
}

/** A message and the plan's channels that it may come by. */
export interface Message {
  readonly name: string;
  readonly channels: readonly string[];
}

/** What orders are summed by: of 0 all, 1 a campaign, 2 a slot, 3 a list; the points in minor units. */
export interface Revenue {
  readonly of: number;
  readonly source: number;
  readonly grid: readonly number[];
}

/** The sections; all empty in a plan of format 2. */
export interface Sections {
  readonly networks: readonly string[];
  readonly payments: readonly string[];
  readonly pages: readonly string[];
  readonly skills: readonly string[];
  readonly channels: readonly string[];
  readonly surveys: readonly Survey[];
  readonly lists: readonly List[];
  readonly messages: readonly Message[];
  /** Bins of each prediction. */
  readonly predictions: readonly (readonly string[])[];
  /** Bins of each dimension. */
  readonly dimensions: readonly (readonly string[])[];
  readonly revenues: readonly Revenue[];
  /** Of each campaign: whether it has a holdout of its own. */
  readonly held: readonly boolean[];
}

/** Reads them; format 2 has none, format 3 neither dimensions nor revenues. */
export function decodeSections(
  r: Reader,
  format: number,
  campaigns: readonly { readonly columns: readonly string[] }[],
  slots: number,
): Sections {
  const some = format > 2;
  const list = <T>(element: () => T): T[] => (some ? r.list(element) : []);
  const texts = () => list(() => r.text());
  const trigger = () => r.byte() === 5 && r.byte();
  const [networks, payments, pages, skills, channels] = [texts(), texts(), texts(), texts(), texts()];
  const held = campaigns.map(({ columns }) => {
    if (!some) return false;
    r.blob(); // when
    if (r.bool()) columns.forEach(() => r.blob());
    r.byte(); // cap
    r.uv(); // rest
    r.byte(); // group
    return r.uv() > 0;
  });
  if (some) r.take(slots); // sticky
  const surveys = list(() => {
    const name = r.text();
    const kind = r.byte();
    const answers = kind > 2 ? texts() : [];
    r.take(2); // exit, stage
    r.uv(); // segments
    r.blob(); // when
    r.uv(); // every
    r.byte(); // cap
    return { name, kind, answers };
  });
  const lists = list(() => {
    const name = r.text();
    r.take(2); // size, per topic
    r.uv(); // diversity
    r.byte(); // learning
    const items = texts();
    trigger();
    r.float(); // reward
    return { name, items };
  });
  const messages = list(() => {
    const name = r.text();
    const bits = r.byte();
    r.blob(); // when
    r.take(3); // quiet from, to, cap
    r.uv(); // every
    trigger();
    return { name, channels: channels.filter((_, i) => (bits >> i) & 1) };
  });
  const bins = () =>
    list(() => {
      const bin = r.text();
      r.blob(); // rule
      return bin;
    });
  const predictions = list(() => {
    r.take(2); // kind, within
    return bins();
  });
  const dimensions: string[][] = [];
  const revenues: Revenue[] = [];
  if (format > 3) {
    r.list(() => {
      r.text();
      r.take(2); // moment, within
      dimensions.push(bins());
    });
    r.list(() => {
      r.text();
      revenues.push({ of: r.byte(), source: r.byte(), grid: r.list(() => r.uv()) });
    });
  }
  return { networks, payments, pages, skills, channels, surveys, lists, messages, predictions, dimensions, revenues, held };
}
