import type { Dunlin } from "../sdk/src/api";
import type { Outcome } from "../sdk/src/protocol";

/** The script's public face in this page; undefined where it is blocked or missing. */
export function script(page: object): Dunlin | undefined {
  const found = (page as { readonly dunlin?: Partial<Dunlin> }).dunlin;
  return typeof found?.track === "function" ? (found as Dunlin) : undefined;
}

/** What an outcome holds, or undefined. */
export function valueOf<T>(outcome: Outcome<T> | undefined): T | undefined {
  return outcome?.ok === true ? outcome.value : undefined;
}
