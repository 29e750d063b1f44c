/**
 * One tab at a time: the Web Lock `dunlin`, which the tab in use holds.
 *
 * @module
 */

/** A wish for the lock. */
export interface Lock {
  /** Resolves once it is held; false if it was let go before, or the browser refuses it. */
  readonly held: Promise<boolean>;
  /** Lets go of it, or of the wish. */
  release(): void;
}

/** Asks for the lock. */
export function ask(locks: Pick<LockManager, "request">): Lock {
  const wish = new AbortController();
  let free!: () => void;
  const freed = new Promise<void>((resolve) => (free = resolve));
  const held = new Promise<boolean>((resolve) => {
    locks
      .request("dunlin", { signal: wish.signal }, () => {
        resolve(!wish.signal.aborted);
        return freed;
      })
      .catch(() => resolve(false));
  });
  return {
    held,
    release() {
      wish.abort();
      free();
    },
  };
}
