// A store in memory with the rules of the real one: a pen, whole transactions, and a
// switch for each thing that a browser can refuse.
import type { Store } from "../src/store";

/** What the tabs of one browser share. */
export class Shelf {
  values: Record<string, unknown> = {};
  pen = 0;
  #pens = 0;
  /** Every operation fails with this. */
  denied: DOMException | null = null;
  /** Keys cannot be stored. */
  keyless = false;
  deleted = 0;
  /** Operations that are not done. */
  busy = 0;
  /** Writes that were kept, and whether each was strict, with the names written. */
  writes: { readonly strict: boolean; readonly names: readonly string[] }[] = [];
  /** Called within each write before it is kept. */
  during: () => Promise<void> = () => Promise.resolve();

  /** The store as one tab sees it. */
  tab(): Store {
    let mine = -1;
    return {
      take: () =>
        this.#operation(() => {
          mine = this.pen = ++this.#pens;
          return { ...this.values };
        }),
      write: (values, strict) =>
        this.#operation(async () => {
          await this.during();
          if (mine !== this.pen) return false;
          if (this.keyless && values["key"]) throw new DOMException("", "DataCloneError");
          const next = Object.entries({ ...this.values, ...structuredClone(values) });
          this.values = Object.fromEntries(next.filter(([, value]) => value !== undefined));
          this.writes.push({ strict, names: Object.keys(values) });
          return true;
        }),
      destroy: () =>
        this.#operation(() => {
          this.values = {};
          this.pen = 0;
          this.deleted++;
        }),
    };
  }

  /** An operation, unless the browser refuses it. */
  async #operation<T>(act: () => T | Promise<T>): Promise<T> {
    this.busy++;
    try {
      await new Promise(setImmediate);
      if (this.denied) throw this.denied;
      return await act();
    } finally {
      this.busy--;
    }
  }
}
