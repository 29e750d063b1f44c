/**
 * The page's end of the wire to the Worker: requests by id, notices as they come.
 *
 * @module
 */

import type { Answer, Notice, Outcome, Request } from "./protocol";

/** A request without its id. */
export type Ask = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

/** The wire. */
export class Link {
  #id = 0;
  #heard = false;
  #dead = false;
  readonly #open = new Map<number, (outcome: Outcome<never>) => void>();

  /**
   * @param notice Is told what the Worker says unasked.
   * @param lost Is told, once, that the Worker's file did not load or run.
   */
  constructor(
    readonly worker: Worker,
    notice: (notice: Notice) => void,
    lost: () => void,
  ) {
    worker.addEventListener("message", ({ data }: MessageEvent<Answer | Notice>) => {
      this.#heard = true;
      if ("tell" in data) return notice(data);
      const answer = this.#open.get(data.id);
      this.#open.delete(data.id);
      answer?.(data.outcome as Outcome<never>);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      // Once it has spoken it runs, and what fails in it is told by an outcome.
      if (this.#heard || this.#dead) return;
      this.#dead = true;
      for (const answer of this.#open.values()) answer(NO_WORKER);
      this.#open.clear();
      lost();
    });
  }

  /** Asks, and waits for the answer: as long as it takes, for another tab may be the writer. */
  ask<T = undefined>(request: Ask): Promise<Outcome<T>> {
    if (this.#dead) return Promise.resolve(NO_WORKER);
    return new Promise((resolve) => {
      const id = ++this.#id;
      this.#open.set(id, resolve);
      this.worker.postMessage({ ...request, id });
    });
  }
}

const NO_WORKER: Outcome<never> = { ok: false, why: "no-worker", say: "the Worker's file did not load" };
