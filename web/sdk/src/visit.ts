/**
 * Visits and places of sending: when a report leaves the page depends on these alone,
 * never on what is in it.
 *
 * A place is the first hide of a visit, and at most three more hides a period that do not
 * lead to another page of the site: a visit of ten pages that ends in an order would
 * otherwise have used up its places before the order. A place is used up whether or not
 * there was a report to send there; what was not sent is owed, and the next page of the
 * same period sends it. So is a report whose answer nobody heard, for a page that is left
 * seldom does: it goes out once more.
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
  last: number;
  /** The running visit's first hide has been. */
  first: boolean;
  /** End of the period that `more` and `owed` belong to, Unix seconds; 0 if not known yet. */
  end: number;
  /** Places used in it beside first hides. */
  more: number;
  /** How often what is owed may still go out without an answer having been heard; 0: nothing is. */
  owed: number;
  /** No report leaves before, ms: the collector is left alone. */
  wait: number;
  /** Failures in a row that led to it; absent: none. */
  failed?: number;
  /** The script asks for no plan before, ms: the collector wants to be left alone. */
  away?: number;
}

/** Visits as read from storage; of a device that has never been here where they are not of that shape. */
export function checked(v: unknown): Visits {
  const of = v as Visits | undefined;
  const sound = of && [of.last, of.end, of.more, of.owed, of.wait].every(Number.isFinite);
  return sound ? of : { last: 0, first: false, end: 0, more: 0, owed: 0, wait: 0 };
}

/** Forgets what belongs to a period that is over at `now`, ms. */
export function lapse(v: Visits, now: number): void {
  if (v.end && now >= v.end * 1000) period(v, 0);
}

/**
 * Notes an activity.
 *
 * @param now ms.
 */
export function active(v: Visits, now: number): void {
  lapse(v, now);
  const gone = now - v.last;
  // A clock set back is as good as a gap: the last activity lies in the future then.
  if (gone < 0 || gone >= GAP) v.first = false;
  v.last = now;
}

/**
 * Uses up a place, if a hide at `now` is one, and says whether it was.
 *
 * @param onward The page is left for another one of the site.
 */
export function hide(v: Visits, now: number, onward: boolean): boolean {
  active(v, now);
  if (v.first && (onward || v.more >= MORE)) return false;
  if (v.first) v.more++;
  v.first = true;
  v.owed = TRIES;
  return true;
}

/**
 * Learns the running period's end from a report that is ready.
 *
 * @param end Unix seconds.
 */
export function period(v: Visits, end: number): void {
  // Another plan may have shorter or longer periods; what was used of the one before counts no more.
  if (v.end && v.end !== end) v.more = v.owed = v.wait = v.failed = 0;
  v.end = end;
}
