/**
 * Why something was not done.
 *
 * @module
 */

import type { Outcome, Unmet, Why } from "./protocol";

/** Ends a start, or a device. */
export class Fault extends Error {
  constructor(
    readonly why: Why,
    readonly say: string,
    readonly code?: number,
    /** Of something that could not be fetched. */
    readonly unmet?: Unmet,
  ) {
    super(say);
  }
}

/** Something done. */
export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** An outcome of what was not done. */
export type Refusal = Extract<Outcome<never>, { ok: false }>;

/** Something not done. */
export function refuse(why: Why, say: string, code?: number): Refusal {
  return { ok: false, why, say, ...(code && { code }) };
}

/** What may be done without consent. */
export const OFF = refuse("off", "there is no consent");

/** What the module's commonest codes mean; package wasm/abi lists them all. */
const SAY: Readonly<Record<number, string>> = {
  [-21]: "a newer plan was seen",
  [-22]: "the plan has expired",
  [-23]: "the period was reported under another plan",
  [-24]: "the plan has no period now",
  [-25]: "the period's report is over",
  [-26]: "nothing happened in this period",
  [-27]: "the clock is more than a day off the collector's, which may have told none",
  [-28]: "the privacy budget is spent",
  [-31]: "the device picks nothing here",
};

/** A negative code of the module. */
export function refused(code: number): Refusal {
  return refuse("refused", SAY[code] ?? `the module refuses it (code ${code})`, code);
}
