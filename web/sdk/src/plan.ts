/**
 * The published plan, read for its names: the page speaks of slots and topics, the module
 * of their indices. docs/formats.md draws the bytes.
 *
 * The module has accepted the bytes before, so that bounds and indices need no second
 * check here; recipients, keys and rules are skipped, for they are the module's alone.
 *
 * @module
 */

import { cellsOf, type Metric } from "./cells";
import type { ClearCell } from "./protocol";
import { decodeSections, type Sections } from "./sections";
import { Malformed, Reader } from "./wire";

/** A batch period. Its date names it. */
export interface Period {
  readonly date: string; // YYYY-MM-DD
  readonly start: number; // Unix seconds
  readonly end: number;
}

/** An attribute that the site may declare. */
export interface Attribute {
  readonly name: string;
  readonly values: readonly string[] | null; // of a choice
  readonly flag: boolean;
}

/** A campaign. */
export interface Campaign {
  readonly name: string;
  readonly chosen: boolean; // by the device
  readonly columns: readonly string[];
}

/** A slot; the first column is the default content. */
export interface Slot {
  readonly name: string;
  readonly columns: readonly string[];
}

/** What the names of a plan are. */
export interface Plan extends Sections {
  readonly site: string;
  readonly serial: number;
  readonly periods: readonly Period[];
  readonly sigma2: number;
  readonly weight: number;
  readonly topics: readonly string[];
  readonly events: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly segments: readonly string[];
  readonly campaigns: readonly Campaign[];
  readonly slots: readonly Slot[];
  /** What each cell of a measurement counts, in order. */
  readonly cells: readonly ClearCell[];
}

/**
 * Reads published bytes.
 *
 * @throws Malformed If they are no plan of version 2 to 4.
 */
export function decodePlan(published: Uint8Array): Plan {
  const r = new Reader(published);
  const text = () => r.text();
  const byte = () => r.byte();
  const trigger = () => r.byte() === 5 && r.byte();
  if (r.u32() !== 0x444c504e) throw new Malformed();
  const version = r.byte();
  if (version < 2 || version > 4) throw new Malformed();
  const site = r.text();
  const serial = r.uv();
  r.sv(); // issued
  r.uv(); // expires
  r.text(); // time zone
  const cadence = r.byte();
  let date = r.sv();
  let at = r.sv();
  const periods = r.list(() => {
    const period = { date: dateOf(date), start: at, end: (at += r.uv()) };
    date += cadence;
    return period;
  });
  const sigma2 = r.uv();
  r.uv(); // min batch
  r.uv(); // chunk length
  for (let role = 0; role < 2; role++) {
    r.byte();
    r.text();
  }
  r.take(33); // verify key's commitment, consent
  r.uv(); // attribution window
  const holdout = r.uv() > 0;
  r.uv(); // explore
  r.uv(); // floor
  r.uv(); // recent
  r.float(); // lift
  const topics = r.list(text);
  const events = r.list(text);
  const attributes = r.list(() => {
    const name = r.text();
    const type = r.byte();
    if (type === 2) r.take(16); // min, max: the module clamps
    return { name, flag: type === 1, values: type === 3 ? r.list(text) : null };
  });
  const segments = r.list(() => {
    const name = r.text();
    r.blob(); // rule
    return name;
  });
  const stages = r.list(() => {
    const name = r.text();
    trigger();
    return name;
  });
  const campaigns = r.list(() => {
    const campaign = { name: r.text(), chosen: r.byte() === 2, columns: r.list(text) };
    r.list(() => {
      r.text();
      trigger();
    });
    return campaign;
  });
  const slots = r.list(() => {
    const name = r.text();
    const columns = r.list(() => {
      const variant = r.text();
      r.blob(); // topics
      r.float(); // cost
      return variant;
    });
    trigger();
    r.float(); // reward
    return { name, columns };
  });
  let weight = 1;
  const metrics = r.list((): Metric => {
    const name = r.text();
    const kind = byte();
    const by = byte();
    weight += byte();
    const source = byte();
    byte(); // goal
    return { name, kind, by, source };
  });
  const sections = decodeSections(r, version, campaigns, slots.length);
  r.close();
  const named = {
    site,
    serial,
    periods,
    sigma2,
    weight,
    topics,
    events,
    attributes,
    segments,
    campaigns,
    slots,
    stages,
    holdout,
    ...sections,
  };
  return { ...named, cells: cellsOf(named, metrics) };
}

/** Index of what has a name; -1 if nothing has it. */
export function named(list: readonly { readonly name: string }[], name: string): number {
  return list.findIndex((it) => it.name === name);
}

/** The period that holds an instant in Unix seconds. */
export function periodAt(plan: Plan, now: number): Period | undefined {
  return plan.periods.find(({ start, end }) => now >= start && now < end);
}

/** A date, in days since 1970-01-01, as YYYY-MM-DD. */
export function dateOf(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}
