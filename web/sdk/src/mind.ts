/**
 * The device's mind: an instance of the module with plan, priors and the visitor's state,
 * started again when it is spoilt.
 *
 * @module
 */

import { Fault } from "./fault";
import { OP, start, Trapped, type Call } from "./module";
import type { World } from "./wasi";
import { time } from "./wire";

/** One device at a time. */
export class Mind {
  /** The priors are in force. */
  informed = false;
  #call: Call | undefined;
  #plan: Uint8Array | undefined;
  #priors: Uint8Array | null = null;

  constructor(
    readonly module: WebAssembly.Module,
    readonly world: Omit<World, "memory">,
  ) {}

  /**
   * Starts an instance if none runs, under the plan that it is to use, if there is one yet.
   *
   * @throws Trapped
   */
  async start(): Promise<void> {
    if (this.#call) return;
    this.#call = await start(this.module, this.world);
    if (this.#plan) this.use(this.#plan, this.#priors);
  }

  /**
   * Puts a plan into force, and priors for its choices.
   *
   * @param plan Published bytes whose signature was verified.
   * @throws Fault `plan`, with a code, if the module refuses the plan.
   * @throws Trapped
   */
  use(plan: Uint8Array, priors: Uint8Array | null): void {
    const code = this.call(OP.plan, plan);
    if (typeof code === "number") throw new Fault("plan", `the module refuses it (code ${code})`, code);
    // Priors that are refused are no fault of the page: choices go without.
    this.informed = !!priors && typeof this.call(OP.priors, priors) !== "number";
    this.#plan = plan;
    this.#priors = priors;
  }

  /**
   * Becomes the device of a state; null for one never seen.
   *
   * @param now Unix seconds.
   * @throws Trapped
   */
  load(state: Uint8Array | null, now: number): void {
    this.call(OP.load, time(now), state ?? []);
  }

  /**
   * Calls an operation.
   *
   * @returns the answer, or a negative code.
   * @throws Trapped After it the mind must start again.
   */
  call(...args: Parameters<Call>): ReturnType<Call> {
    if (!this.#call) throw new Trapped();
    try {
      return this.#call(...args);
    } catch (fault) {
      this.#call = undefined;
      throw fault;
    }
  }

  /** {@link Mind.call} of an operation that refuses nothing. */
  sure(...args: Parameters<Call>): Uint8Array {
    const answer = this.call(...args);
    if (typeof answer === "number") throw new Trapped();
    return answer;
  }
}
