/**
 * The one entry of localStorage, `dunlin`: all that the page's side remembers. The
 * device's own state is the Worker's, in IndexedDB.
 *
 * @module
 */

import { isConsent } from "./consent";
import type { Consent } from "./protocol";
import type { Visits } from "./visit";

/** What a slot is to show on the next page. */
export interface Decision {
  readonly slot: string;
  readonly variant: string;
  /** It is the default content: no template is waited for. */
  readonly first: boolean;
  /** The page's address forces it: it is marked, and not counted. Never stored. */
  readonly forced?: true;
}

/** The entry. Everything may be missing; an empty one is not stored. */
export interface Entry {
  /** What the visitor said, in the modes ask (if not both refused) and assumed. */
  consent?: Consent;
  /** This is the owner's own browser: it sends nothing. */
  owner?: boolean;
  /** The Worker has run: there may be something to erase. */
  kept?: true;
  /** Erasure was asked for and is not confirmed. */
  erase?: true;
  decisions?: readonly Decision[];
  visits?: Visits;
}

/** Where the entry is. Tabs share it: each change reads it anew. */
export interface Shelf {
  /** The entry, or null where the browser denies storage. Damaged: as if empty. */
  read(): Entry | null;
  /** Changes the entry and says whether that was stored. */
  change(how: (entry: Entry) => void): boolean;
}

const KEY = "dunlin";

/**
 * Opens the shelf.
 *
 * @param storage Gives localStorage; the very access may throw.
 */
export function openShelf(storage: () => Storage): Shelf {
  const read = (): Entry | null => {
    let text: string | null;
    try {
      text = storage().getItem(KEY);
    } catch {
      return null;
    }
    try {
      const entry = JSON.parse(text ?? "{}") as Entry;
      if (!Array.isArray(entry.decisions)) delete entry.decisions;
      if (!isConsent(entry.consent)) delete entry.consent;
      return entry instanceof Object ? entry : {};
    } catch {
      return {};
    }
  };
  return {
    read,
    change(how) {
      try {
        const entry = read() ?? {};
        how(entry);
        const text = JSON.stringify(entry);
        if (text === "{}") storage().removeItem(KEY);
        else storage().setItem(KEY, text);
        return true;
      } catch {
        return false;
      }
    },
  };
}
