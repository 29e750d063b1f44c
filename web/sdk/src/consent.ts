/**
 * Which of the two consents hold on this page.
 *
 * @module
 */

import type { ConsentState, Mode } from "./api";
import type { Consent } from "./protocol";

/** Neither. */
export const NONE: Consent = { measure: false, personalize: false };

/** Whether anything may run. */
export function any(c: Consent): boolean {
  return c.measure || c.personalize;
}

/** Whether x is what `dunlin.consent` takes. */
export function isConsent(x: unknown): x is Consent {
  const c = x as Consent | null;
  return typeof c?.measure === "boolean" && typeof c.personalize === "boolean";
}

/**
 * Decides what holds.
 *
 * An explicit word is the visitor's own and outweighs the browser's signal; without one
 * only the mode `assumed` gives anything, and not against the signal.
 *
 * @param said What was said on this page or, in the modes that remember, before.
 * @param signal Global Privacy Control is on.
 */
export function holds(mode: Mode, said: Consent | undefined, signal: boolean): ConsentState {
  const given = mode === "assumed" && !signal;
  const { measure, personalize } = said ?? { measure: given, personalize: given };
  return { measure, personalize, mode, said: !!said, signal };
}
