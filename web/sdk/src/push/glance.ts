/**
 * A look at what holds on this browser that leaves nothing behind: no database is made
 * where there is none, no pen is taken, nothing is written.
 *
 * @module
 */

import { NAME } from "../store";
import type { Terms } from "../vault";

/**
 * Reads the terms of the device that was last run on a page; undefined if none was, if all
 * of it was erased, and while it pauses.
 *
 * @throws Error Where the browser denies storage.
 */
export async function glance(factory: () => IDBFactory): Promise<Terms | undefined> {
  let none = false;
  const db = await new Promise<IDBDatabase | undefined>((resolve, reject) => {
    const request = factory().open(NAME, 1);
    request.onupgradeneeded = () => {
      none = true;
      request.transaction!.abort();
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => (none ? resolve(undefined) : reject(request.error));
  });
  try {
    return await (db && read(db));
  } finally {
    db?.close();
  }
}

function read(db: IDBDatabase): Promise<Terms | undefined> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(NAME, "readonly");
    const all = transaction.objectStore(NAME);
    const [terms, paused, erased] = [all.get("terms"), all.get("paused"), all.get("erased")];
    transaction.oncomplete = () => resolve(paused.result || erased.result ? undefined : (terms.result as Terms | undefined));
    transaction.onabort = () => reject(transaction.error);
  });
}
