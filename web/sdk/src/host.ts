/**
 * What the loader and the page chunk hand each other.
 *
 * @module
 */

import type { Debug } from "./api";
import type { Shelf } from "./entry";
import type { Consent, Outcome } from "./protocol";
import type { Slot, SlotSource } from "./slot";
import type { Tag } from "./tag";

/** A page's window with its constructors. */
export type Page = Window &
  typeof globalThis & {
    /** Where the browser has trusted types. */
    readonly trustedTypes?: {
      createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
    };
  };

/** Calls back after ms; returns how not to. */
export type After = (ms: number, call: () => void) => () => void;

/** What the page chunk is given. */
export interface Host {
  readonly page: Page;
  readonly tag: Tag;
  readonly shelf: Shelf;
  readonly slots: ReadonlySet<Slot>;
  /** The chunk sets `changed`. */
  readonly source: SlotSource;
  /** The Worker, made but told nothing yet. */
  readonly worker: Worker;
  /** What the loader knows. */
  debug(): Debug;
  /** The Worker does not run: nothing is to be asked of the chunk any more. */
  lost(): void;
}

/** What the page chunk does for the loader. */
export interface Engine {
  /** Makes a call; all but `consent` and `debug`. */
  call(name: string, args: readonly unknown[]): Promise<Outcome<unknown>>;
  /** What the loader, the chunk and the Worker know. */
  debug(): Promise<Debug>;
  /**
   * Tells what holds now. With neither it erases and no longer watches the page. Told the
   * same again it answers the same.
   */
  consent(consent: Consent): Promise<Outcome<unknown>>;
}

/** The page chunk. */
export interface Chunk {
  run(host: Host): Engine;
}
