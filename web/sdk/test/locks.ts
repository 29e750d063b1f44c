// Web Locks of one browser in memory: exclusive, first come first served, with signals.
export class Locks {
  #held = false;
  readonly #wishes: (() => void)[] = [];

  /** Whether somebody holds the lock. */
  get held(): boolean {
    return this.#held;
  }

  readonly request = (async (_name: string, options: LockOptions, callback: (lock: Lock) => Promise<unknown>) => {
    if (this.#held) {
      await new Promise<void>((resolve, reject) => {
        this.#wishes.push(resolve);
        options.signal?.addEventListener("abort", () => {
          const at = this.#wishes.indexOf(resolve);
          if (at < 0) return;
          this.#wishes.splice(at, 1);
          reject(new DOMException("", "AbortError"));
        });
      });
    }
    this.#held = true;
    await new Promise(setImmediate);
    try {
      return await callback({ name: "dunlin", mode: "exclusive" });
    } finally {
      this.#held = false;
      this.#wishes.shift()?.();
    }
  }) as unknown as LockManager["request"];
}
