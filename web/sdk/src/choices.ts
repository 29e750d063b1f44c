/**
 * What slots show: asked of the module for all of them whenever it may have changed, so
 * that the next page finds its decisions made.
 *
 * @module
 */

import { decodeChoice } from "./decision";
import { done, refuse, refused } from "./fault";
import type { Mind } from "./mind";
import { OP } from "./module";
import { named, type Plan } from "./plan";
import type { Choice, Outcome } from "./protocol";
import { time } from "./wire";

/** What choices are made with. */
export interface ChoicesOptions {
  readonly mind: Pick<Mind, "call">;
  readonly plan: Plan;
  /** Unix seconds. */
  readonly now: () => number;
  readonly tell: (choices: readonly Choice[]) => void;
}

/** Chooses for one page. */
export class Choices {
  #told = "";

  constructor(readonly options: ChoicesOptions) {}

  /** The module's answer on a slot, or on a campaign whose arm the device picks. */
  ask(name: string): Outcome<Uint8Array> {
    const { mind, plan, now } = this.options;
    const slot = named(plan.slots, name);
    const place = slot < 0 ? [1, named(plan.campaigns, name)] : [0, slot];
    if (place[1]! < 0) return refuse("not-in-plan", "the plan has no such slot or campaign");
    const answer = mind.call(OP.choose, time(now()), place);
    return typeof answer === "number" ? refused(answer) : done(answer);
  }

  /** What a slot shows. */
  choose(name: string): Outcome<Choice> {
    const outcome = this.ask(name);
    return outcome.ok ? done(decodeChoice(this.options.plan, outcome.value)) : outcome;
  }

  /** Chooses for all slots and tells it if it is news. */
  decide(): void {
    const choices = this.options.plan.slots.flatMap(({ name }) => {
      const outcome = this.choose(name);
      return outcome.ok ? [outcome.value] : [];
    });
    const text = JSON.stringify(choices);
    if (text === this.#told) return;
    this.#told = text;
    this.options.tell(choices);
  }

  /** The visitor was forgotten: what was told is not valid any more. */
  forget(): void {
    this.#told = "";
  }
}
