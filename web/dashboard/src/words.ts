/**
 * One language's sentences and figures together, as every view needs both.
 *
 * @module
 */
import type { Count, Estimate, Hidden, Mean, Rate, Slot, Sum } from "./api.ts";
import { Figures, type Figure, type Interval } from "./figures.ts";
import type { Language } from "./language.ts";
import { say, type Key, type Values } from "./messages.ts";

/** What an uplift's interval allows to be said. */
export type Verdict = "more" | "less" | "even" | "unknown";

/**
 * Reads an uplift by its interval alone: a side is taken only if the whole interval
 * lies there.
 */
export function verdict(uplift: Rate): Verdict {
  if (uplift.hidden !== "") return "unknown";
  if (uplift.low > 0) return "more";
  if (uplift.high !== null && uplift.high < 0) return "less";
  return uplift.high === null ? "unknown" : "even";
}

/** Speaks one language, with one kind of interval. */
export class Words {
  readonly figures: Figures;

  constructor(
    readonly language: Language,
    readonly interval: Interval,
  ) {
    this.figures = new Figures(language);
  }

  say<K extends Key>(key: K, ...values: Values<K>): string {
    return say(this.language, key, ...values);
  }

  /** Why a number is withheld; empty where it is shown. */
  hidden(reason: Hidden): string {
    return reason === "" ? "" : this.say(`hidden.${reason}`);
  }

  /** A count and its interval, or why it is withheld, as one phrase. */
  count(count: Count): string {
    return count.hidden === "" ? phrase(this.figures.count(count, this.interval)) : this.hidden(count.hidden);
  }

  /** A share and its interval, or why it is withheld, as one phrase. */
  rate(rate: Rate): string {
    return rate.hidden === "" ? phrase(this.figures.rate(rate)) : this.hidden(rate.hidden);
  }

  /** A mean and its interval, or why it is withheld, as one phrase. */
  mean(rate: Rate): string {
    return rate.hidden === "" ? phrase(this.figures.mean(rate)) : this.hidden(rate.hidden);
  }

  /** An uplift and its interval, or why it is withheld, as one phrase. */
  uplift(rate: Rate): string {
    return rate.hidden === "" ? phrase(this.figures.uplift(rate)) : this.hidden(rate.hidden);
  }

  /** An amount and its interval, or why it is withheld, as one phrase. */
  money(money: Sum | Mean): string {
    return money.hidden === "" ? phrase(this.figures.money(money, this.interval)) : this.hidden(money.hidden);
  }

  /** Percentage points and their interval, as one phrase. */
  points(change: Estimate): string {
    return phrase(this.figures.points(change));
  }

  /** A share that is estimated and its interval, as one phrase. */
  share(share: Estimate): string {
    return phrase(this.figures.share(share));
  }

  /** A number that is estimated and its interval, as one phrase. */
  number(number: Estimate): string {
    return phrase(this.figures.money({ ...number, hidden: "" }, "both"));
  }

  /** A goal's name; those that every site has are translated. */
  goal(name: string): string {
    return name === "view" || name === "click" || name === "cart" || name === "order" ? this.say(`goal.${name}`) : name;
  }

  /** What a slot's devices are to reach, as the site calls it. */
  aim({ goal, goal_name }: Pick<Slot, "goal" | "goal_name">): string {
    return goal_name || this.goal(goal);
  }

  /** A slot's name among others: that of a campaign with several goals says which goal. */
  named(slot: Slot, among: readonly Slot[]): string {
    const name = slot.of || slot.name;
    return among.some((other) => other.of === name) ? `${name} · ${this.aim(slot)}` : name;
  }

  /** What uplifts are of: devices that choose against a holdout, a campaign's arms, or some of each. */
  sides(slots: readonly Slot[]): { title: string; lead: string; treated: string; control: string } {
    const known = slots.filter(({ uplift }) => uplift);
    const drawn = known.filter(({ against }) => against !== "holdout").length;
    const which = drawn === 0 ? "held" : drawn === known.length ? "drawn" : "both";
    return {
      title: this.say(`slots.sides.title.${which}`),
      lead: this.say(`slots.sides.lead.${which}`),
      treated: this.say(`slots.sides.treated.${which}`),
      control: this.say(`slots.sides.control.${which}`),
    };
  }

  /** A variant's name; the holdout's is translated. */
  variant(name: string): string {
    return name === "holdout" ? this.say("slots.holdout") : name;
  }

  /** What the device picks in: a slot's name, or that of a list or campaign with what it is. */
  place({ kind, name }: { readonly kind: Slot["kind"]; readonly name: string }): string {
    return kind === "slot" ? name : this.say(`place.${kind}`, { name });
  }
}

function phrase({ value, spread }: Figure): string {
  return spread.startsWith("±") ? `${value} ${spread}` : `${value} (${spread})`;
}
