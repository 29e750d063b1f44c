/** Reads a JSON value that this shop stored; null where there is none, or none that fits. */
export function read<T>(storage: Storage | undefined, key: string, fits: (value: unknown) => value is T): T | null {
  try {
    const text = storage?.getItem(key);
    if (text === null || text === undefined) return null;
    const value: unknown = JSON.parse(text);
    return fits(value) ? value : null;
  } catch {
    return null; // storage is denied, or somebody else wrote there
  }
}

/** Stores a JSON value; false where storage is denied or full. */
export function write(storage: Storage | undefined, key: string, value: unknown): boolean {
  try {
    if (value === null) storage?.removeItem(key);
    else storage?.setItem(key, JSON.stringify(value));
    return storage !== undefined;
  } catch {
    return false;
  }
}

/** A page's storage; undefined where merely asking for it is refused. */
export function storageOf(page: Window, kind: "localStorage" | "sessionStorage"): Storage | undefined {
  try {
    return page[kind];
  } catch {
    return undefined;
  }
}
