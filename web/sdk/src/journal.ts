/**
 * What the device keeps for the visitor's eyes alone, beside its state: the latest events
 * as they were told, and each report that was made, in the clear. It lies in the same
 * store, encrypted under the same key, goes with the state when the visitor erases, and
 * is never sent.
 *
 * @module
 */

import type { ClearCell, PageEvent, WhyList } from "./protocol";

/** Events that are kept, and characters of one: a site's texts may be of any length. */
const EVENTS = 200;
const LETTERS = 500;

/** Reports that are kept: at four revisions a period those of the last forty. */
const REPORTS = 160;

/** Lists whose last offer is kept: as many as a plan may have. */
const LISTS = 8;

/** An event that the device took in. */
export interface Noted {
  readonly at: number; // Unix seconds, by the device's clock
  readonly event: PageEvent;
}

/** A report that was made. */
export interface Made {
  readonly date: string; // of the period
  readonly revision: number;
  readonly ones: readonly ClearCell[];
  readonly cells: number; // all of them
  readonly weight: number;
  readonly sigma2: number;
  /** When it was handed over to be sent, Unix seconds; 0: it has not left, for all that is known. */
  at: number;
}

/** All of it. */
export interface Journal {
  events: Noted[];
  reports: Made[];
  /** What each list offered last, and why. */
  lists?: WhyList[];
}

/** Reads what was kept; anything else is as if nothing was. */
export function openJournal(kept: Uint8Array | null): Journal {
  try {
    const { events, reports, lists } = JSON.parse(new TextDecoder().decode(kept!)) as Journal;
    if (Array.isArray(events) && Array.isArray(reports)) return { events, reports, ...(Array.isArray(lists) && { lists }) };
  } catch {
    // Nothing was, or it is damaged.
  }
  return { events: [], reports: [] };
}

/** Notes an event; the oldest one goes for it. */
export function note({ events }: Journal, at: number, event: PageEvent): void {
  events.push({ at, event: JSON.stringify(event).length > LETTERS ? ({ kind: event.kind } as PageEvent) : event });
  if (events.length > EVENTS) events.shift();
}

/**
 * Notes a report that was made. Of those before it stays what has left, and what may have:
 * an earlier revision, if it said something else.
 */
export function made(journal: Journal, report: Made): void {
  const ones = JSON.stringify(report.ones);
  const stays = (it: Made) => it.date !== report.date || it.at || (it.revision < report.revision && JSON.stringify(it.ones) !== ones);
  journal.reports = [...journal.reports.filter(stays), report].slice(-REPORTS);
}

/** Notes what a list offers. Ids that are longer than an event may be are not kept. */
export function listed(journal: Journal, list: WhyList): void {
  const picks = list.picks.filter(({ id }) => id.length <= LETTERS);
  journal.lists = [...(journal.lists ?? []).filter((it) => it.list !== list.list), { ...list, picks }].slice(-LISTS);
}

/** Notes that a report has left. */
export function left({ reports }: Journal, revision: number, at: number): void {
  const report = reports.at(-1);
  if (report?.revision === revision) report.at ||= at;
}
