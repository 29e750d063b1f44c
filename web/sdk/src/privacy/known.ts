/**
 * What the device knows, fact by fact, with the events behind it; correcting and erasing.
 *
 * @module
 */

import { behind } from "../behind";
import type { Journal } from "../journal";
import type { Fact, Facts } from "../protocol";
import { button, fill, make } from "./dom";
import { eventInWords } from "./events";
import { groupOf, GROUPS, sentenceOf, tells, valueOf, type Group } from "./sentences";
import { Part, type View } from "./view";
import { W } from "./words";

/** Events that are listed under one fact. */
const LISTED = 50;

/** The part. */
export class Known extends Part {
  constructor(view: View) {
    super(view, "facts", W.facts, W.factsText);
  }

  /** Shows facts and what they rest on. */
  show(facts: Facts, journal: Journal): void {
    const { l } = this.view;
    const interests = new Map(facts.interests.map(({ topic, sums }) => [`affinity.${topic}`, sums]));
    const groups = new Map<Group, HTMLElement[]>();
    const unknown: string[] = [];
    for (const fact of [...facts.attributes, ...facts.variables]) {
      if (!tells(fact)) {
        unknown.push(fact.name);
        if (!fact.kind) continue;
      }
      const group = groupOf(fact);
      groups.set(group, [...(groups.get(group) ?? []), this.#fact(fact, journal, interests.get(fact.name))]);
    }
    fill(
      this.body,
      make("p", {}, l.say(W.segment, { segment: l.name(facts.segment) })),
      (Object.keys(GROUPS) as Group[]).map((group) => {
        const items = groups.get(group);
        return items && [this.heading(l.say(GROUPS[group])), make("ul", { class: "plain" }, items)];
      }),
      !groups.size && make("p", {}, l.say(W.none)),
      unknown.length > 0 &&
        make(
          "details",
          { "data-key": "unknown" },
          make("summary", {}, l.say(W.unknown)),
          make("p", {}, l.list(unknown.map((name) => l.name(name)))),
        ),
    );
  }

  #fact(fact: Fact, journal: Journal, sums?: readonly number[]): HTMLElement {
    const { l } = this.view;
    const known = tells(fact);
    const sentence = known ? sentenceOf(l, fact) : l.say(["{name}: –", "{name}：–"], { name: l.name(fact.name) });
    const events = known ? journal.events.filter(({ event }) => behind(fact.name, event)) : [];
    return make(
      "li",
      { "data-fact": fact.name },
      make("div", { class: "row" }, make("span", { class: "wide" }, sentence), known && this.#erase(fact, sentence)),
      fact.name.startsWith("affinity.") &&
        make("meter", { min: 0, max: 1, value: Number(fact.value), "aria-label": l.name(fact.name.slice(9)) }),
      fact.kind && this.#correct(fact),
      known &&
        make(
          "details",
          { "data-key": fact.name },
          make("summary", {}, events.length ? l.say(W.events, { n: events.length }) : l.say(W.noEvents)),
          sums && make("p", {}, l.say(W.sums, { list: l.list(sums.map((sum) => l.number(sum, 3))) })),
          make(
            "ol",
            { reversed: true },
            events
              .slice(-LISTED)
              .toReversed()
              .map(({ at, event }) =>
                make("li", {}, make("time", { datetime: new Date(at * 1000).toISOString() }, l.time(at)), " ", eventInWords(l, event)),
              ),
          ),
        ),
    );
  }

  #erase({ name }: Fact, sentence: string): HTMLElement {
    const { l, dunlin, refresh } = this.view;
    const act = async (): Promise<void> => {
      const outcome = await dunlin.ask({ do: "erase", variable: name });
      await refresh();
      this.say(outcome.ok ? l.say(W.erased, { fact: sentence }) : l.say(W.notErased, { say: outcome.say }), true);
    };
    return button(l.say(W.erase), act, { "aria-label": l.say(W.eraseOf, { fact: sentence }) });
  }

  #correct(fact: Fact): HTMLElement {
    const { l, dunlin, refresh } = this.view;
    const { name, kind, values, value } = fact;
    const options = kind === "flag" ? ["true", "false"] : (values ?? []);
    const id = `correct-${name}`;
    const field =
      kind === "number"
        ? make("input", { id, type: "number", step: "any", value: value === null ? "" : Number(value) })
        : make(
            "select",
            { id },
            options.map((option) =>
              make(
                "option",
                { value: option, selected: option === String(value) },
                valueOf(l, { name, value: kind === "flag" ? option === "true" : option }),
              ),
            ),
          );
    const act = async (): Promise<void> => {
      const said = kind === "flag" ? field.value === "true" : kind === "number" ? (field as HTMLInputElement).valueAsNumber : field.value;
      const outcome = await dunlin.declare(name, said as string);
      await refresh();
      this.say(
        outcome.ok
          ? l.say(W.changed, { fact: sentenceOf(l, { ...fact, value: said as string }) })
          : l.say(W.notChanged, { say: outcome.say }),
        true,
      );
    };
    return make(
      "div",
      { class: "row" },
      make("label", { for: id }, l.name(name)),
      make("span", { class: "wide" }, field),
      button(l.say(W.change), act),
    );
  }
}
