/**
 * Why this was shown, what was sent, and what it cost.
 *
 * @module
 */

import type { Journal } from "../journal";
import type { Budget, ClearCell, ClearReport, Facts, Outcome, WhyChoice, WhyList, WhyMessage } from "../protocol";
import { reasonText } from "../reason";
import { cellInWords, reasonInWords } from "./cells";
import { fill, make, type Child } from "./dom";
import { DELTA, epsilon } from "./epsilon";
import { Part, type View } from "./view";
import { W } from "./words";

/** Why each place shows what it shows. */
export class Reasons extends Part {
  constructor(view: View) {
    super(view, "why", W.why);
  }

  async show({ places }: Facts): Promise<void> {
    const { l, dunlin } = this.view;
    const all = [...places.slots, ...places.campaigns, ...places.lists, ...places.messages];
    const reasons = await Promise.all(all.map((place) => dunlin.why(place)));
    const shown = reasons.flatMap((outcome) => {
      if (!outcome.ok) return [];
      const why = outcome.value;
      return "message" in why ? this.#message(why) : "list" in why ? this.#list(why) : this.#one(why);
    });
    fill(this.body, shown.length ? shown : make("p", {}, l.say(W.none)));
  }

  #message({ message, channel, why, at, habit }: WhyMessage): Child[] {
    const { l } = this.view;
    const by = l.say(W[`reach-${why}`]);
    if (!channel) return [this.heading(l.name(message)), make("p", {}, by)];
    return [
      this.heading(`${l.name(message)}: ${l.name(channel)}`),
      make("p", {}, by, " ", l.say(habit ? W.reachHabit : W.reachHour, { time: l.time(at) })),
    ];
  }

  #list({ list, picks }: WhyList): Child[] {
    const { l } = this.view;
    return [
      this.heading(l.name(list)),
      make(
        "ul",
        {},
        picks.map(({ id, reason, topic }) => make("li", {}, `${id}: ${reasonText(l.code, reason, topic && l.name(topic))}`)),
      ),
    ];
  }

  #one(why: WhyChoice): Child[] {
    const { l } = this.view;
    const rate = ({ draw, mean }: WhyChoice["options"][number]): number => (draw > 0 ? draw : mean);
    const most = Math.max(...why.options.map(rate), 1e-9);
    const ranked = why.options.toSorted(
      (a, b) => Number(b.variant === why.variant) - Number(a.variant === why.variant) || rate(b) - rate(a),
    );
    return [
      this.heading(`${l.name(why.slot)}: ${l.name(why.variant)}`),
      make("p", {}, reasonInWords(l, why)),
      make(
        "ul",
        { class: "plain" },
        ranked.map((option) =>
          make(
            "li",
            {},
            make("span", {}, l.name(option.variant), option.variant === why.variant && ` (${l.say(W.shownHere)})`),
            ": ",
            l.say(W.rate, { value: l.percent(rate(option)) }),
            make("meter", { min: 0, max: most, value: rate(option), "aria-label": l.name(option.variant) }),
          ),
        ),
      ),
      make(
        "details",
        { "data-key": `why-${why.slot}` },
        make("summary", {}, l.say(W.numbers)),
        make(
          "ul",
          {},
          ranked.map(({ variant, prior, shown, won, match, ...option }) => {
            const values = {
              prior: l.percent(prior),
              shown,
              won,
              match: l.percent(match),
              draw: l.percent(rate({ variant, prior, shown, won, match, ...option })),
            };
            return make("li", {}, l.say(W.whyNumbers, { name: l.name(variant), ...values }));
          }),
        ),
      ),
    ];
  }
}

/** Each report, in the clear. */
export class Sent extends Part {
  constructor(view: View) {
    super(view, "reports", W.reports, W.reportsText);
  }

  show(running: Outcome<ClearReport>, { reports }: Journal): void {
    const { l } = this.view;
    fill(
      this.body,
      running.ok && [
        this.heading(l.say(W.running, { date: l.date(running.value.date) })),
        this.#cells(running.value.ones, running.value.cells),
      ],
      reports
        .toReversed()
        .map(({ date, revision, at, ones, cells }) =>
          make(
            "details",
            { "data-key": `report-${date}-${revision}` },
            make("summary", {}, l.say(at ? W.sentAt : W.mayHave, { date: l.date(date), revision, time: l.time(at) })),
            this.#cells(ones, cells),
          ),
        ),
      !reports.length && make("p", {}, l.say(W.noReports)),
    );
  }

  #cells(ones: readonly ClearCell[], cells: number): Child[] {
    const { l } = this.view;
    if (!ones.length) return [make("p", {}, l.say(W.nothingIn))];
    return [
      make("p", {}, l.say(W.ofCells, { n: ones.length, cells })),
      make(
        "ul",
        {},
        ones.map((cell) => make("li", { "data-cell": [cell.metric, cell.segment, cell.column].join("|") }, cellInWords(l, cell))),
      ),
    ];
  }
}

/** What was spent of the budget. */
export class Cost extends Part {
  constructor(view: View) {
    super(view, "budget", W.budget);
  }

  show({ today, month, year, capToday, capMonth, reports }: Budget): void {
    const { l } = this.view;
    const written = (charge: number): string => l.number(epsilon(charge), 3);
    const most = epsilon(month);
    fill(
      this.body,
      make(
        "dl",
        {},
        make("dt", {}, l.say(W.today)),
        make("dd", {}, l.say(W.atMost, { used: written(today), cap: written(capToday) })),
        make("dt", {}, l.say(W.month)),
        make("dd", {}, l.say(W.ofReports, { used: written(month), cap: written(capMonth), n: reports })),
        make("dt", {}, l.say(W.year)),
        make("dd", {}, l.say(W.used, { used: written(year) })),
      ),
      make(
        "p",
        {},
        l.say(W.delta, {
          delta: DELTA.toExponential()
            .replace("e-", " × 10⁻")
            .replace(/(\d)$/, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(d)]!)
            .replace("1 × ", ""),
        }),
      ),
      make(
        "p",
        {},
        l.say(W.meaning, { used: l.number(most || epsilon(capToday)), times: l.number(Math.exp(most || epsilon(capToday)), 1) }),
      ),
      make("p", {}, l.say(W.spent)),
    );
  }
}
