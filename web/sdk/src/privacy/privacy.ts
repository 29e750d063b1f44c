/**
 * `<dunlin-privacy>`: all that the device knows, chooses, sends and costs, for the
 * visitor's eyes, and what the visitor can do about it. A script of its own, which only
 * the pages that show it load.
 *
 * It is in the language of the page (lang of the element or around it: English, or Chinese
 * for zh), in the page's own fonts and colours. What the site calls the names of its plan
 * may stand in the element, as JSON:
 *
 *     <dunlin-privacy heading="2"><script type="application/json">{"shoes": "Shoes"}</script></dunlin-privacy>
 *
 * Nothing of what it shows leaves the browser, but in files that the visitor saves.
 *
 * @module
 */

import type { Dunlin } from "../api";
import type { Journal } from "../journal";
import type { Budget, ClearReport, Facts, Outcome } from "../protocol";
import { Carrying } from "./carrying";
import { All, Choice } from "./choice";
import { fill, make, styled } from "./dom";
import { Known } from "./known";
import { Language, languageOf, namesOf } from "./language";
import { script } from "./script";
import { STYLE } from "./style";
import { Cost, Reasons, Sent } from "./told";
import { keepOpen, type View } from "./view";
import { W } from "./words";

/** From the page's start to a second look, ms: what happens on this page itself is in it. */
const AGAIN = 2500;

class Privacy extends HTMLElement {
  #parts: { choice: Choice; known: Known; reasons: Reasons; sent: Sent; cost: Cost; carrying: Carrying; all: All } | undefined;
  #all: Record<string, unknown> = {};
  #turn = Promise.resolve();
  readonly #hear = (): void => void this.refresh();

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    styled(root, STYLE);
    const l = new Language(languageOf(this), namesOf(this));
    const dunlin = script();
    if (!dunlin) return fill(root as unknown as Element, make("p", {}, l.say(W.missing)));
    const level = Math.min(Math.max(Number(this.getAttribute("heading")) || 2, 1), 5);
    const view: View = { dunlin, l, level, refresh: () => this.refresh() };
    this.#parts = {
      choice: new Choice(view),
      known: new Known(view),
      reasons: new Reasons(view),
      sent: new Sent(view),
      cost: new Cost(view),
      carrying: new Carrying(view),
      all: new All(view, () => this.#all),
    };
    fill(
      root as unknown as Element,
      Object.values(this.#parts).map(({ section }) => section),
    );
    document.addEventListener("dunlin:consent", this.#hear);
    void this.refresh();
    setTimeout(this.#hear, AGAIN);
  }

  disconnectedCallback(): void {
    document.removeEventListener("dunlin:consent", this.#hear);
    this.#parts?.carrying.stop();
  }

  /** Draws what holds now. One at a time, so that the last word is the last one's. */
  refresh(): Promise<void> {
    const dunlin = script();
    if (dunlin && this.isConnected) this.#turn = this.#turn.then(() => this.#draw(dunlin)).catch((fault: unknown) => console.error(fault));
    return this.#turn;
  }

  async #draw(dunlin: Dunlin): Promise<void> {
    const parts = this.#parts;
    const consent = await dunlin.consent();
    if (!parts || !consent.ok) return;
    const { measure, personalize } = consent.value;
    const on = measure || personalize;
    // Without consent nothing is asked: nothing runs, and so nothing would ever answer.
    const ask = async <T>(call: () => Promise<Outcome<T>>): Promise<Outcome<T>> => (on ? call() : { ok: false, why: "off", say: "" });
    const [paused, facts, journal, budget, report] = await Promise.all([
      ask(() => dunlin.ask<{ paused: boolean }>({ do: "pause" })),
      ask(() => dunlin.ask<Facts>({ do: "facts" })),
      ask(() => dunlin.ask<Journal>({ do: "journal" })),
      ask(() => dunlin.ask<Budget>({ do: "budget" })),
      ask<ClearReport>(() => dunlin.report()),
    ]);
    const again = keepOpen(this.shadowRoot!);
    parts.choice.show(consent.value, paused.ok ? paused.value.paused : undefined);
    const book: Journal = journal.ok ? journal.value : { events: [], reports: [] };
    if (!parts.known.refused(facts) && facts.ok) parts.known.show(facts.value, book);
    if (!parts.reasons.refused(facts) && facts.ok) await parts.reasons.show(facts.value);
    if (!parts.sent.refused(journal)) parts.sent.show(report, book);
    if (!parts.cost.refused(budget) && budget.ok) parts.cost.show(budget.value);
    parts.carrying.section.hidden = !facts.ok;
    parts.carrying.show();
    parts.all.section.hidden = !on;
    if (!parts.all.body.firstChild || facts.ok) parts.all.show();
    this.#all = {
      consent: consent.value,
      paused: paused.ok && paused.value.paused,
      facts: facts.ok ? facts.value : null,
      events: book.events,
      reports: book.reports,
      running: report.ok ? report.value : null,
      budget: budget.ok ? budget.value : null,
    };
    again();
  }
}

if (!customElements.get("dunlin-privacy")) customElements.define("dunlin-privacy", Privacy);
