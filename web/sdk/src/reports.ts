/**
 * Reports, made before they are needed: sharded by the module, sealed, kept, and handed to
 * the page, which sends them when it goes away.
 *
 * Nothing is told to the page before the state that charges the privacy budget is on the
 * disk: a report that left without it could be charged, and sent, twice.
 *
 * @module
 */

import { made, type Journal } from "./journal";
import type { Mind } from "./mind";
import { OP } from "./module";
import type { Plan } from "./plan";
import type { Ready } from "./protocol";
import type { Sealing } from "./outgoing";
import { time } from "./wire";

/** Pause after a change before the next revision is made, ms: what happens together goes together. */
const PAUSE = 1000;

/** What reports are made with. */
export interface ReportsOptions {
  readonly mind: Pick<Mind, "call">;
  readonly plan: Plan;
  readonly url: string;
  /** Unix seconds, of the device and of the collector (NaN: not known). */
  readonly now: () => number;
  readonly collector: () => number;
  /** Loads the sealing chunk. */
  readonly seal: () => Promise<(answer: Uint8Array) => Sealing>;
  /** Makes a state durable; false if this tab may not write any more. */
  readonly save: (state: Uint8Array) => Promise<boolean>;
  /** Where it is noted what a report says; saved with the state. */
  readonly vault: { readonly journal: Journal };
  /** Keeps finished bytes for the next page. */
  readonly keep: (ready: Ready) => Promise<boolean>;
  readonly tell: (ready: Ready) => void;
  readonly after: (ms: number, call: () => void) => () => void;
  /** Hears what went wrong but for the module's refusals. */
  readonly failed: (fault: unknown) => void;
}

/** Makes one report at a time. */
export class Reports {
  /** The module's code for why there is no newer report; 0 if there is one. */
  refusal = 0;
  /** The first change must not wait: its visitor may leave at once. */
  #pause = 0;
  #cancel: (() => void) | undefined;
  #again = false;
  /** The last revision may have left, for all that is known here. */
  #left = true;
  #busy: Promise<void> | undefined;
  #halted = false;

  constructor(readonly options: ReportsOptions) {}

  /** Something happened: a newer revision is made when the visitor pauses. */
  changed(): void {
    if (this.#halted) return;
    this.#cancel ??= this.options.after(this.#pause, () => {
      this.#cancel = undefined;
      this.renew();
    });
    this.#pause = PAUSE;
  }

  /** The last revision has left: the next one takes its place. */
  sent(): void {
    this.#left = true;
    this.renew();
  }

  /** Makes the report anew now. */
  renew(): void {
    this.#again = true;
    this.#busy ??= this.#work().finally(() => (this.#busy = undefined));
  }

  /** Makes no more; what is being made is dropped. */
  halt(): void {
    this.#halted = true;
    this.#cancel?.();
  }

  /** Resolves when none is being made. */
  async idle(): Promise<void> {
    await this.#busy;
  }

  async #work(): Promise<void> {
    try {
      while (this.#again && !this.#halted) {
        this.#again = false;
        await this.#make();
      }
    } catch (fault) {
      if (!this.#halted) this.options.failed(fault);
    }
  }

  async #make(): Promise<void> {
    const { mind, plan, vault, url, now, collector, save, keep, tell } = this.options;
    const pack = await this.options.seal();
    if (this.#halted) return;
    // A revision stands in the clear: it must not count what the visitor does.
    const cells = mind.call(OP.measure, time(now()));
    const answer = mind.call(this.#left ? OP.report : OP.again, time(now()), time(collector() || 0));
    this.refusal = typeof answer === "number" ? answer : 0;
    if (typeof answer === "number") return;
    this.#left = false;
    const { date, revision, state, message } = pack(answer);
    const { weight, sigma2 } = plan;
    const ones = plan.cells.filter((_, i) => (cells as Uint8Array)[i] === 1);
    made(vault.journal, { date, revision, ones, cells: plan.cells.length, weight, sigma2, at: 0 });
    const [saved, sealed] = await Promise.all([save(state), message]);
    if (!saved || this.#halted) return;
    const report = mind.call(OP.frame, sealed);
    const period = plan.periods.find((p) => p.date === date);
    // Refused: the device was loaded anew in the meantime, and will report by itself.
    if (typeof report === "number" || !period) return;
    const ready = { url, bytes: report.slice().buffer, revision, date, end: period.end };
    await keep(ready);
    if (!this.#halted) tell(ready);
  }
}
