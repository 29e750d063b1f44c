/**
 * The guard of a device's state: the part that stays when a visitor erases the rest, so
 * that what was spent of the privacy budget stays spent. docs/formats.md, "State".
 *
 * All but these few fields of a state is the module's business.
 *
 * @module
 */

import { dateOf } from "./plan";
import { Reader } from "./wire";

/** Bytes before the guard, of the ledger at its start, and of the sum behind it. */
const HEAD = 7;
const LEDGER = 142;
const SUM = 8;

/** Numbers of the year's record between ledger and report, from that version of the state on. */
const YEAR = 14;
const YEAR_VERSION = 3;

/** What a guard says. */
export interface Guard {
  /** A report was charged, or what was spent is not known. Without it there is nothing to keep. */
  readonly charged: boolean;
  /** The report that may still be revised. */
  readonly running: { readonly date: string; readonly end: number; readonly revision: number; readonly erased: boolean } | null;
  /** The state cut behind its guard: the module reads it as a device whose data is lost and whose budget is not. */
  readonly stub: Uint8Array;
}

/**
 * Reads a state's guard; null if it is damaged.
 */
export function readGuard(state: Uint8Array): Guard | null {
  try {
    const r = new Reader(state);
    r.take(HEAD - 2);
    const size = (r.byte() << 8) | r.byte();
    const stub = state.slice(0, HEAD + size + SUM);
    const charged = r.take(LEDGER)[5] !== 0;
    if (state[4]! >= YEAR_VERSION) for (let i = 0; i < YEAR; i++) r.uv();
    if (!r.bool()) return { charged, running: null, stub };
    r.take(32);
    const date = dateOf(r.uv());
    const end = r.uv();
    r.take(16);
    return { charged, running: { date, end, revision: r.uv(), erased: r.bool() }, stub };
  } catch {
    return null;
  }
}
