/**
 * Requests that wait until the device runs.
 *
 * @module
 */

import { refuse } from "./fault";
import type { Outcome } from "./protocol";

/** The most that wait; the oldest are dropped beyond. */
const MOST = 200;

/** Waits of requests, first come first served. */
export class Queue<R> {
  #waits: { readonly request: R; readonly answer: (outcome: Outcome<unknown> | Promise<Outcome<unknown>>) => void }[] = [];

  /** Waits for the request's outcome. */
  add(request: R): Promise<Outcome<unknown>> {
    if (this.#waits.length === MOST) this.#waits.shift()!.answer(refuse("no-lock", "too much waits"));
    return new Promise((answer) => this.#waits.push({ request, answer }));
  }

  /** Answers all, in order. */
  drain(act: (request: R) => Outcome<unknown> | Promise<Outcome<unknown>>): void {
    for (const { request, answer } of this.#waits.splice(0)) answer(act(request));
  }
}
