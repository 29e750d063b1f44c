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

const NAME = "dunlin";
const PEN = "pen";

/** Opens the store of the browser when it is first used. */
export function indexedStore(factory: () => IDBFactory): Store {
  let opened: Promise<IDBDatabase> | undefined;
  let pen: unknown;
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
  const transact = async <T>(
    durability: IDBTransactionDurability,
    act: (all: IDBObjectStore, done: (value: T) => void) => void,
  ): Promise<T> => {
    const db = await open();
    return new Promise((resolve, reject) => {
      let result: T;
      const transaction = db.transaction(NAME, "readwrite", { durability });
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
      act(transaction.objectStore(NAME), (value) => (result = value));
    });
  };
  return {
    take: () =>
      transact<Values>("relaxed", (all, done) => {
        const values: Record<string, unknown> = {};
        const cursor = all.openCursor();
        cursor.onsuccess = () => {
          const at = cursor.result;
          if (at) {
            values[String(at.key)] = at.value;
            at.continue();
            return;
          }
          pen = Number(values[PEN] ?? 0) + 1;
          all.put(pen, PEN);
          done(values);
        };
      }),
    write: (values, strict) =>
      transact<boolean>(strict ? "strict" : "relaxed", (all, done) => {
        const held = all.get(PEN);
        held.onsuccess = () => {
          const ours = held.result === pen;
          done(ours);
          for (const [name, value] of ours ? Object.entries(values) : []) {
            if (value === undefined) all.delete(name);
            else all.put(value, name);
          }
        };
      }),
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
