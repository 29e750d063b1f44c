/**
 * `<dunlin-slot name="hero">`: default content, and a `<template data-variant="…">` for
 * each other variant.
 *
 * The element is defined before the parser meets it. If a variant is to be shown, a
 * shadow root keeps the default content from being rendered from the slot's start tag
 * on, and the template's content takes its place as soon as it has been parsed: in the
 * same document, styled by the page, without the default ever having been seen. Where
 * the template never comes the default is shown when the slot has been parsed.
 *
 * A slot decides once what it shows. After that it changes only by {@link Slot.refresh}.
 *
 * @module
 */

import type { Decision } from "./entry";
import type { Page } from "./host";
import { split } from "./topics";

/** The element. */
export interface Slot extends HTMLElement {
  /** Variant of the template that is shown; empty for the default content. */
  readonly shown: string;
  /** What the device had decided when the slot decided what to show, or since, if it is the same. */
  decision: Decision | undefined;
  /** Shows what the device's last decision says, now. For pages that know that nobody is looking. */
  refresh(): void;
}

/** What slots ask of the script, and tell it. */
export interface SlotSource {
  /** The device's last decision on the slot of that name. */
  decided(name: string): Decision | undefined;
  /** Topics of the page as far as it has been parsed, for a slot without a decision. */
  topics(): readonly string[];
  /** A slot has come, or shows something else than before. */
  changed?(slot: Slot): void;
}

/** Name of the shadow root's place while a variant or nothing yet is shown. */
const PLACE = "dunlin";

/**
 * Defines the element.
 *
 * @returns the slots that are in the page, kept up to date.
 */
export function defineSlot(page: Page, source: SlotSource): Set<Slot> {
  const doc = page.document;
  const all = new Set<Slot>();
  /** Slots that the visitor has seen already, if the tag is late: they stay as they are. */
  const late = new Set<Element>(doc.querySelectorAll("dunlin-slot"));

  class SlotElement extends page.HTMLElement implements Slot {
    shown = "";
    decision: Decision | undefined;
    #topics: readonly string[] = [];
    #template: HTMLTemplateElement | undefined;
    #place: HTMLSlotElement | undefined;
    readonly #watch = new page.MutationObserver(() => this.#settle());

    connectedCallback(): void {
      all.add(this);
      // A node that is moved within the page goes on showing what it shows.
      if (!late.delete(this)) this.#begin(this.decision ?? this.#decided());
      source.changed?.(this);
    }

    disconnectedCallback(): void {
      all.delete(this);
      this.#watch.disconnect();
    }

    refresh(): void {
      this.#begin(this.#decided());
    }

    #decided(): Decision | undefined {
      return source.decided(this.getAttribute("name") ?? "");
    }

    #begin(decision: Decision | undefined): void {
      // A shadow root of the site's own shows what the site wants.
      if (this.shadowRoot && !this.#place) return;
      this.decision = decision;
      if (decision?.forced) this.dataset["dunlinPreview"] = decision.variant;
      this.#topics = this.decision ? [] : source.topics();
      // While the page is being parsed the slot's end shows in what follows it, wherever that is.
      this.#watch.observe(doc.readyState === "loading" ? doc : this, { childList: true, subtree: true });
      doc.addEventListener("readystatechange", () => this.#settle(), { once: true });
      this.#settle();
    }

    /** Goes by what has been parsed. */
    #settle(): void {
      const ended = parsed(this, doc);
      const template = [...this.children].find((child): child is HTMLTemplateElement => this.#wants(child));
      if (template && parsed(template, doc)) {
        // The same template again: the site may have removed its content, and meant it.
        if (template !== this.#template) this.#show(template);
      } else if (!template && ended) {
        this.#drop();
        if (this.#place) this.#place.name = "";
      } else if (this.decision ? !this.decision.first : this.#topics[0]) {
        this.#hide();
      }
      if (ended) {
        this.#watch.disconnect();
        this.#watch.observe(this, { childList: true });
      }
    }

    #wants(child: Element): boolean {
      if (!(child instanceof page.HTMLTemplateElement)) return false;
      if (this.decision) return child.dataset["variant"] === this.decision.variant;
      return split(child.dataset["context"]).some((topic) => this.#topics.includes(topic));
    }

    #hide(): void {
      if (!this.#place) {
        this.#place = doc.createElement("slot");
        this.attachShadow({ mode: "open" }).append(this.#place);
      }
      this.#place.name = PLACE;
    }

    #drop(): void {
      // By its place: where the site has copied a slot, its copy holds a copy of the content.
      for (const node of [...this.children]) if (node.slot === PLACE) node.remove();
      this.#template = undefined;
      this.shown = "";
    }

    #show(template: HTMLTemplateElement): void {
      this.#drop();
      this.#hide();
      this.#template = template;
      const variant = template.dataset["variant"] ?? "";
      const content = doc.importNode(template.content, true);
      for (const node of [...content.childNodes]) {
        if (node.nodeType !== 3) continue;
        // A text cannot be given a place of its own.
        const text = doc.createElement("span");
        node.replaceWith(text);
        text.append(node);
      }
      for (const node of content.children) node.slot = PLACE;
      this.append(content);
      this.shown = variant;
      source.changed?.(this);
      this.dispatchEvent(new page.CustomEvent("dunlin:applied", { bubbles: true, detail: { slot: this.getAttribute("name"), variant } }));
    }
  }

  try {
    // A block, but any rule of the site's is stronger. By the object model: no inline style.
    const sheet = new page.CSSStyleSheet();
    sheet.replaceSync(
      ":where(dunlin-slot){display:block}[data-dunlin-preview]{outline:3px dashed #d06}[data-dunlin-preview]:before{content:'Preview: 'attr(data-dunlin-preview)}",
    );
    doc.adoptedStyleSheets = [...doc.adoptedStyleSheets, sheet];
  } catch {
    // An older browser: the slot is inline then, as without the script.
  }
  page.customElements.define("dunlin-slot", SlotElement);
  return all;
}

/** Whether the parser has left the node: something follows it or what it is in. */
function parsed(node: Node, doc: Document): boolean {
  for (let n: Node | null = node; n; n = n.parentNode) if (n.nextSibling) return true;
  return doc.readyState !== "loading";
}
