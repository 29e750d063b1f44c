/**
 * The page's end of the wire to the Worker: requests by id, notices as they come.
 *
 * @module
 */

import type { Answer, Notice, Outcome, Request } from "./protocol";

/** A request without its id. */
export type Ask = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

/**
 * Takes up the wire.
 *
 * @param hear Is told what the Worker says unasked.
 * @param lost Is called if the Worker's file does not load or run.
 * @returns what asks, and waits for the answer as long as it takes: another tab may be the writer.
 */
export function link(
  worker: Worker,
  hear: (notice: Notice) => void,
  lost: () => void,
): <T = undefined>(request: Ask) => Promise<Outcome<T>> {
  const open = new Map<number, (outcome: Outcome<never>) => void>();
  let id = 0;
  let heard = false;
  let gone: Outcome<never> | undefined;
  worker.onmessage = ({ data }: MessageEvent<Answer | Notice>) => {
    heard = true;
    if ("tell" in data) return hear(data);
    open.get(data.id)?.(data.outcome as Outcome<never>);
    open.delete(data.id);
  };
  worker.onerror = () => {
    // Once it has spoken it runs, and what fails in it is told by an outcome.
    if (heard) return;
    lost();
    gone = { ok: false, why: "no-worker", say: "the Worker's file did not load" };
    for (const answer of open.values()) answer(gone);
  };
  return (request) =>
    new Promise((resolve) => {
      if (gone) return resolve(gone);
      // First, for it throws at what cannot be cloned; then nothing is waited for.
      worker.postMessage({ ...request, id: ++id });
      open.set(id, resolve);
    });
}
