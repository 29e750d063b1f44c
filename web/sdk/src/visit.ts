/**
 * Visits and places of sending: when a report leaves the page depends on these alone,
 * never on what is in it.
 *
 * A place is the first hide of a visit, and at most three more hides a period. A place
 * is used up whether or not there was a report to send there; what was not sent is owed,
 * and the next page of the same period sends it. So is a report whose answer nobody
 * heard, for a page that is left seldom does: it goes out once more.
 *
 * @module
 */

/** Milliseconds without activity after which the next one opens a new visit. */
export const GAP = 30 * 60_000;

/** Hides of a period, beside the first of each visit, at which a report is sent. */
export const MORE = 3;

/** Times that a report goes out unheard, the first included. */
export const TRIES = 2;

/** What is remembered of visits. Instants are the device's clock's. */
export interface Visits {
  /** The last activity, ms. */
  readonly last: number;
  /** The running visit's first hide has been. */
  readonly first: boolean;
  /** End of the period that `more` and `owed` belong to, Unix seconds; 0 if not known yet. */
  readonly end: number;
  /** Places used in it beside first hides. */
  readonly more: number;
  /** How often what is owed may still go out without an answer having been heard; 0: nothing is. */
  readonly owed: number;
  /** The collector asked to wait until then, ms. */
  readonly wait: number;
}

/** Of a device that has never been here. */
export const NEVER: Visits = { last: 0, first: false, end: 0, more: 0, owed: 0, wait: 0 };

/** Returns v as read from storage: anything that is not of its shape counts as never. */
export function checked(v: unknown): Visits {
  const of = v as Visits | undefined;
  const sound = of && [of.last, of.end, of.more, of.owed, of.wait].every(Number.isFinite);
  return sound ? { last: of.last, first: !!of.first, end: of.end, more: of.more, owed: of.owed, wait: of.wait } : NEVER;
}

/** Forgets a period that is over. */
function current(v: Visits, now: number): Visits {
  return v.end && now >= v.end * 1000 ? { ...v, end: 0, more: 0, owed: 0, wait: 0 } : v;
}

/**
 * Notes an activity.
 *
 * @param now ms.
 */
export function active(v: Visits, now: number): Visits {
  const gone = now - v.last;
  // A clock set back is as good as a gap: the last activity lies in the future then.
  return { ...current(v, now), last: now, first: v.first && gone >= 0 && gone < GAP };
}

/**
 * Uses up a place, if a hide at `now` is one.
 *
 * @returns the visits after it, and whether it was one.
 */
export function hide(v: Visits, now: number): { readonly visits: Visits; readonly place: boolean } {
  const at = active(v, now);
  if (!at.first) return { visits: { ...at, first: true, owed: TRIES }, place: true };
  if (at.more < MORE) return { visits: { ...at, more: at.more + 1, owed: TRIES }, place: true };
  return { visits: at, place: false };
}

/**
 * Learns the running period's end from a report that is ready.
 *
 * @param end Unix seconds.
 */
export function period(v: Visits, end: number, now: number): Visits {
  const at = current(v, now);
  if (at.end === end) return at;
  // Another plan may have shorter or longer periods; what was used of the one before counts no more.
  return at.end ? { ...at, end, more: 0, owed: 0 } : { ...at, end };
}
