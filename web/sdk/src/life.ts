/**
 * What a device needs before it can take anything in: the plan, verified, and the module,
 * with that plan in force.
 *
 * @module
 */

import { Fault } from "./fault";
import { Mind } from "./mind";
import type { Names } from "./names";
import type { Plan } from "./plan";
import type { Start, WorkerDebug } from "./protocol";
import { Supply, type Published } from "./supply";
import { hex } from "./wire";

/** What it is made with. */
export interface LifeOptions {
  readonly with: Start;
  readonly fetch: typeof fetch;
  readonly crypto: Crypto;
  readonly clock: () => number;
  readonly monotonic: () => number;
  /** SHA-256 of the module. */
  readonly module: string;
  readonly names: () => Promise<Names>;
  readonly signal: AbortSignal;
  /** Hears when a part is there. */
  readonly at: (part: keyof WorkerDebug["times"]) => void;
}

/** A plan, and a mind that runs under it. */
export interface Life {
  readonly plan: Plan;
  readonly digest: string;
  readonly published: Published;
  readonly mind: Mind;
  readonly names: Names;
}

/**
 * Fetches plan, priors and module in parallel and starts an instance.
 *
 * @throws Fault What {@link Supply} and {@link Mind} throw, or Trapped.
 */
export async function begin({ at, ...options }: LifeOptions): Promise<Life> {
  const { crypto, clock } = options;
  const supply = new Supply({ ...options, subtle: crypto.subtle });
  const plan = supply.plan();
  // Each begins as soon as what it needs is there.
  const [published, priors, mind, names] = await Promise.all([
    plan,
    plan.then((it) => {
      at("plan");
      return supply.priors(it.priors);
    }),
    supply.module(options.module).then(async (it) => {
      at("module");
      const mind = new Mind(it, { random: crypto, clock });
      await mind.start();
      return mind;
    }),
    options.names().catch(() => {
      throw new Fault("network", "names: its file did not load");
    }),
  ]);
  const { bytes } = published;
  mind.use(bytes, priors);
  const digest = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  return { plan: names.decodePlan(bytes), digest, published, mind, names };
}
