import type { Dunlin } from "../../sdk/src/api";

const key = "demo-run";

/** What a new run of the demonstration is met with. */
export interface Ground {
  readonly local: Storage | undefined;
  readonly session: Storage | undefined;
  readonly databases: IDBFactory | undefined;
  readonly dunlin: Dunlin | undefined;
}

async function drop(databases: IDBFactory, name: string): Promise<void> {
  await new Promise<void>((settle) => {
    const request = databases.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => settle();
  });
}

/**
 * Meets a run of the demonstration. Each start has new keys and begins its days anew,
 * so what a browser kept of an earlier one would only be refused.
 *
 * @returns true if something of an earlier run was erased: the page is to be loaded again.
 */
export async function meet(run: string, ground: Ground): Promise<boolean> {
  let known: string | null = null;
  try {
    known = ground.local?.getItem(key) ?? null;
    if (known === null) ground.local?.setItem(key, run);
  } catch {
    return false; // storage is denied: there is nothing of an earlier run either
  }
  if (known === null || known === run) return false;
  await ground.dunlin?.consent({ measure: false, personalize: false }); // its Worker lets go of the database
  try {
    for (const { name } of (await ground.databases?.databases?.()) ?? []) {
      if (name !== undefined && ground.databases) await drop(ground.databases, name);
    }
    ground.session?.clear();
    ground.local?.clear();
    ground.local?.setItem(key, run);
  } catch {
    return false;
  }
  return true;
}
