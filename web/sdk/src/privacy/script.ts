/**
 * The script of the page, as the elements find it.
 *
 * @module
 */

import type { Dunlin } from "../api";

/** `window.dunlin`, once it runs; undefined where it is blocked or missing. */
export function script(): Dunlin | undefined {
  const found = (window as unknown as { readonly dunlin?: Partial<Dunlin> }).dunlin;
  return typeof found?.consent === "function" ? (found as Dunlin) : undefined;
}
