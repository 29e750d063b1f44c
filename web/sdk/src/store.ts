/**
 * Where the Worker keeps things: one IndexedDB database, `dunlin`, of one object store.
 *
 * Tabs share it, and one of them may write: whoever takes the pen. Each write checks
 * within its own transaction that the pen is still ours, so that no tab, however late,
 * writes over what another has written or erased.
 *
 * @module
 */

/** What is kept, by name; undefined deletes. */
export type Values = Readonly<Record<string, unknown>>;

/** A small store with one writer. */
export interface Store {
  /**
   * Takes the pen from whoever has it and reads everything.
   *
   * @throws Error Where the browser denies storage.
   */
  take(): Promise<Values>;
  /**
   * Writes all values in one transaction.
   *
   * @param strict Only what is on the disk counts as written.
   * @returns false, and nothing is written, if another tab has taken the pen.
   * @throws Error If the store is full, denied or damaged.
   */
  write(values: Values, strict: boolean): Promise<boolean>;
  /** Deletes the database. */
  destroy(): Promise<void>;
}

export const NAME = "dunlin";
const PEN = "pen";

/**
 * Opens the store of the browser when it is first used.
 *
 * @param unique Gives a text that was never given before, in any tab: a pen. Numbers would
 * begin anew where the database was deleted, and an old pen would write again.
 */
export function indexedStore(factory: () => IDBFactory, unique: () => string): Store {
  let opened: Promise<IDBDatabase> | undefined;
  let pen: string | undefined;
  const open = (): Promise<IDBDatabase> =>
    (opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = factory().open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(NAME);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const db = request.result;
        // Another tab deletes it, or the browser does: the next use opens it anew.
        db.onversionchange = () => {
          db.close();
          opened = undefined;
        };
        db.onclose = () => (opened = undefined);
        resolve(db);
      };
    }).catch((fault: unknown) => {
      opened = undefined;
      throw fault;
    }));
  /** One transaction: asks, and acts on the answer. What an act throws undoes all of it. */
  const transact = async <R, T>(
    durability: IDBTransactionDurability,
    ask: (all: IDBObjectStore) => IDBRequest<R>,
    act: (answer: R, all: IDBObjectStore) => T,
  ): Promise<T> => {
    const db = await open();
    return new Promise<T>((resolve, reject) => {
      const transaction = db.transaction(NAME, "readwrite", { durability });
      const all = transaction.objectStore(NAME);
      const request = ask(all);
      let result: T;
      request.onsuccess = () => {
        try {
          result = act(request.result, all);
        } catch (fault) {
          // Left to the transaction it would be told as AbortError, whatever it was.
          reject(fault as Error);
          transaction.abort();
        }
      };
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    take() {
      let names: IDBRequest<IDBValidKey[]>;
      return transact(
        "relaxed",
        (all) => {
          names = all.getAllKeys();
          return all.getAll();
        },
        (values: unknown[], all) => {
          const found: Record<string, unknown> = Object.fromEntries(names.result.map((name, i) => [name, values[i]]));
          pen = unique();
          all.put(pen, PEN);
          return found;
        },
      );
    },
    write: (values, strict) =>
      transact(
        strict ? "strict" : "relaxed",
        (all) => all.get(PEN),
        (held: unknown, all) => {
          if (!pen || held !== pen) return false;
          for (const [name, value] of Object.entries(values)) {
            if (value === undefined) all.delete(name);
            else all.put(value, name);
          }
          return true;
        },
      ),
    async destroy() {
      const db = await opened?.catch(() => undefined);
      db?.close();
      opened = undefined;
      await new Promise<void>((resolve, reject) => {
        const request = factory().deleteDatabase(NAME);
        // Blocked: it goes as soon as the other tabs have let go of it, which they are told.
        request.onsuccess = request.onblocked = () => resolve();
        request.onerror = () => reject(request.error);
      });
    },
  };
}
