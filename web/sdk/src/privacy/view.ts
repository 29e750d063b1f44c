/**
 * What the parts of the element share.
 *
 * @module
 */

import type { Dunlin } from "../api";
import type { Outcome } from "../protocol";
import { fill, make } from "./dom";
import type { Language, Text } from "./language";
import { W } from "./words";

/** What a part is given. */
export interface View {
  readonly dunlin: Dunlin;
  readonly l: Language;
  /** Level of the parts' headings. */
  readonly level: number;
  /** Draws everything anew: something has changed. */
  readonly refresh: () => Promise<void>;
}

/** One part of the element: a section with a heading, a place for what it shows, and one for what it says. */
export class Part {
  readonly section: HTMLElement;
  readonly body = make("div");
  readonly #say = make("p", { class: "say", role: "status", tabindex: -1 });

  constructor(
    readonly view: View,
    readonly name: string,
    title: Text,
    lead?: Text,
  ) {
    const { l, level } = view;
    const heading = make(`h${level}` as "h2", { id: name }, l.say(title));
    this.section = make("section", { "aria-labelledby": name }, heading, lead && make("p", {}, l.say(lead)), this.body, this.#say);
  }

  /** A heading below the part's own. */
  heading(text: string): HTMLElement {
    return make(`h${this.view.level + 1}` as "h3", {}, text);
  }

  /** Says what came of something; with focus where the control that was used is gone. */
  say(text: string, focus = false): void {
    this.#say.textContent = text;
    if (focus) this.#say.focus();
  }

  /** Shows that something can't be shown; what nothing is known of without consent says so. */
  refused(outcome: Outcome<unknown>): boolean {
    if (outcome.ok) return false;
    const { l } = this.view;
    const text = outcome.why === "off" ? l.say(W.off) : outcome.why === "no-lock" ? l.say(W.waits) : l.say(W.failed, { say: outcome.say });
    fill(this.body, make("p", {}, text));
    return true;
  }
}

/** Remembers which details are open, so that drawing anew does not close them. */
export function keepOpen(root: ParentNode): () => void {
  const open = new Set([...root.querySelectorAll<HTMLElement>("details[open][data-key]")].map(({ dataset }) => dataset["key"]));
  return () => {
    for (const details of root.querySelectorAll<HTMLDetailsElement>("details[data-key]")) {
      if (open.has(details.dataset["key"])) details.open = true;
    }
  };
}
