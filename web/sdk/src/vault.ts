/**
 * The visitor's state in the store, encrypted under a key that scripts cannot read out,
 * and the sealed report that waits to be sent.
 *
 * The key lies in the same database: it protects a copy of the state, not a browser whose
 * whole profile is copied. Erasing replaces it, so that what a disk may still hold of the
 * old state cannot be read.
 *
 * @module
 */

import { Fault } from "./fault";
import { readGuard, type Guard } from "./guard";
import { openJournal, type Journal } from "./journal";
import type { Ready, Start } from "./protocol";
import type { Store, Values } from "./store";

/** A state at rest. Without iv it is not encrypted: some browsers store no keys. */
interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer> | null;
  readonly data: BufferSource;
}

/**
 * What the page's Worker was started with, what the visitor consents to, and the module
 * that writes the state: where there is no page, a service worker goes by it. It is
 * written with the state and erased with it.
 */
export interface Terms extends Start {
  readonly module: string; // SHA-256
}

/** What no module reads as a state: whatever stood in its place, the budget counts as spent. */
const DAMAGED = new Uint8Array(1);

/**
 * The visitor's part of the store, while this tab is its writer. Every method throws
 * Fault `storage` where the browser denies it or has no room left.
 */
export class Vault {
  /** The state last written or read; null for a device never seen. */
  state: Uint8Array | null = null;
  /** The newest report that waits, or whose arrival is not confirmed. */
  kept: Ready | null = null;
  /** All but the guard was erased, and the module has not been told. */
  erased = false;
  encrypted = true;
  /** For the visitor's eyes; written with the state. */
  journal: Journal = openJournal(null);
  /** The visitor wants nothing to be learnt or sent for now. */
  paused = false;
  terms: Terms | undefined;
  #key: CryptoKey | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly store: Store,
    readonly crypto: Crypto,
  ) {}

  /** Makes this tab the writer and reads what the one before has left. */
  open(): Promise<void> {
    return this.#inTurn(() => this.#open());
  }

  /**
   * Writes the state, and other values beside it.
   *
   * @param strict It counts as written when it is on the disk.
   * @returns false if another tab has become the writer.
   */
  save(state: Uint8Array, strict = false, more: Values = {}): Promise<boolean> {
    return this.#inTurn(() => this.#save(state, strict, more));
  }

  /** Keeps a report until its arrival is confirmed; null: no longer. */
  keep(ready: Ready | null): Promise<boolean> {
    return this.#inTurn(async () => {
      const written = await this.store.write({ kept: ready ?? undefined }, false);
      if (written) this.kept = ready;
      return written;
    });
  }

  /** Notes whether the device pauses; false if another tab has become the writer. */
  pause(paused: boolean): Promise<boolean> {
    return this.#inTurn(async () => {
      const written = await this.store.write({ paused: paused || undefined }, true);
      if (written) this.paused = paused;
      return written;
    });
  }

  /**
   * Erases everything, whoever the writer was: what stays is what guards the privacy
   * budget, if any of it was spent.
   *
   * @returns what the guard says; null if nothing is left or the guard was damaged.
   */
  erase(): Promise<Guard | null> {
    return this.#inTurn(async () => {
      await this.#open();
      const guard = this.state && readGuard(this.state);
      const stub = guard?.stub ?? this.state;
      this.#key = undefined;
      this.kept = null;
      this.journal = openJournal(null);
      this.terms = undefined;
      this.erased = !!stub && guard?.charged !== false;
      if (this.erased) await this.#save(stub!, true, { kept: undefined, paused: undefined, erased: true });
      else {
        await this.store.destroy();
        this.state = null;
      }
      return this.erased ? guard : null;
    });
  }

  async #open(): Promise<void> {
    const values = await this.store.take();
    const sealed = values["state"] as Sealed | undefined;
    this.#key = values["key"] as CryptoKey | undefined;
    this.kept = (values["kept"] as Ready | undefined) ?? null;
    this.erased = !!values["erased"];
    this.paused = !!values["paused"];
    this.terms = values["terms"] as Terms | undefined;
    this.state = sealed ? await this.#decrypted(sealed) : null;
    const journal = values["journal"] as Sealed | undefined;
    this.journal = openJournal(journal ? await this.#decrypted(journal) : null);
  }

  async #save(state: Uint8Array, strict: boolean, more: Values): Promise<boolean> {
    const fresh = !this.#key && this.encrypted;
    if (fresh) this.#key = await this.crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const { events, reports, lists } = this.journal;
    const journal = events[0] || reports[0] || lists ? new TextEncoder().encode(JSON.stringify(this.journal)) : null;
    const both = async (): Promise<Values> => ({
      terms: this.terms,
      ...more,
      state: await this.#encrypted(state),
      journal: journal ? await this.#encrypted(journal) : undefined,
    });
    let written: boolean;
    try {
      written = await this.store.write({ ...(await both()), ...(fresh && { key: this.#key }) }, strict);
    } catch (fault) {
      if (!fresh || (fault as Error).name !== "DataCloneError") throw fault;
      this.#key = undefined;
      this.encrypted = false;
      written = await this.store.write(await both(), strict);
    }
    if (written) this.state = state;
    return written;
  }

  async #encrypted(state: Uint8Array): Promise<Sealed> {
    const data = state.slice();
    if (!this.#key) return { iv: null, data };
    const iv = this.crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await this.crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.#key, data) };
  }

  async #decrypted({ iv, data }: Sealed): Promise<Uint8Array> {
    this.encrypted = !!iv;
    try {
      return new Uint8Array(iv ? await this.crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.#key!, data) : (data as Uint8Array));
    } catch {
      return DAMAGED;
    }
  }

  /** One after the other: a state must not be overtaken by one before it. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act).catch((fault: unknown) => {
      throw new Fault("storage", `the browser stores nothing here: ${(fault as Error | null)?.name ?? "no reason given"}`);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
