/**
 * Why something was not done.
 *
 * @module
 */

import type { Outcome, Why } from "./protocol";

/** Ends a start, or a device. */
export class Fault extends Error {
  constructor(
    readonly why: Why,
    readonly say: string,
    readonly code?: number,
  ) {
    super(say);
  }
}

/** Something done. */
export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** Something not done. */
export function refuse(why: Why, say: string, code?: number): Outcome<never> {
  return { ok: false, why, say, ...(code && { code }) };
}

/** What the module's commonest codes mean; package wasm/abi lists them all. */
const SAY: Readonly<Record<number, string>> = {
  [-21]: "a newer plan was seen before: this one is refused",
  [-22]: "the plan has expired",
  [-23]: "the running period was reported under another plan: wait for the next one",
  [-24]: "the plan has no period now",
  [-25]: "the period's report is over",
  [-26]: "nothing has happened in this period",
  [-27]: "the clock is more than a day off the collector's, or the collector did not tell its time",
  [-28]: "the privacy budget is spent",
  [-31]: "the device picks nothing here",
};

/** A negative code of the module. */
export function refused(code: number): Outcome<never> {
  return refuse("refused", SAY[code] ?? `the module refuses it (code ${code})`, code);
}
