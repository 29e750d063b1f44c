/**
 * Light or dark: as the system has it, until the reader picks one. The pick is kept in
 * this browser and is nobody else's matter.
 *
 * @module
 */

/** A colour scheme. */
export type Scheme = "light" | "dark";

const key = "dunlin-scheme";

/** Where the pick is kept; asking for it may itself throw, where storage is denied. */
export type Keep = () => Pick<Storage, "getItem" | "setItem">;

/** The scheme that the reader picked, if the browser kept it. */
export function pickedScheme(keep: Keep): Scheme | undefined {
  try {
    const kept = keep().getItem(key);
    return kept === "light" || kept === "dark" ? kept : undefined;
  } catch {
    return undefined; // storage denied: the system's scheme then
  }
}

/** Keeps the reader's pick, if the browser lets it. */
export function keepScheme(keep: Keep, scheme: Scheme): void {
  try {
    keep().setItem(key, scheme);
  } catch {
    // Storage denied or full: the pick holds for this page.
  }
}
