/**
 * `<dunlin-list name="feed" catalogue="/feed.json">`: default content that is real, and a
 * `<template>` that is cloned for each item the device picks.
 *
 * The catalogue is public, the same for everyone, and fetched whole by everyone. What is
 * picked stays on the device; the images of items that are picked are fetched, and that
 * is said in docs/embed.md. A list that the visitor has seen stays as it is on that page.
 *
 * @module
 */

import { reasonText } from "./reason";
import type { Dunlin } from "./api";
import type { CatalogueItem, Outcome, PickReason, Picks } from "./protocol";

/** An item as the site's catalogue has it: what the device goes by, and what is shown. */
export interface Item extends CatalogueItem {
  readonly title?: string;
  readonly url?: string;
  readonly image?: string;
}

/** Most items of a catalogue, and its longest text. */
const MOST = 2000;
const LONGEST = 4_000_000;

/** Most items that are looked at by the page's address: a plan's longest list. */
const PREVIEW = 24;

/** Time for which half of the list must have been in view, ms. */
const LOOK = 1000;

/** Most items whose showing is told. */
const TOLD = 10;

/** Reads a catalogue: an array of items, or an object that has one as `items`; null for anything else. */
export function readCatalogue(text: string): Item[] | null {
  if (text.length > LONGEST) return null;
  try {
    const parsed = JSON.parse(text) as { items?: unknown } | unknown[] | null;
    const items = Array.isArray(parsed) ? parsed : parsed?.items;
    if (!Array.isArray(items)) return null;
    return (items as (Item | null)[]).filter((item): item is Item => typeof item?.id === "string" && item.id !== "").slice(0, MOST);
  } catch {
    return null;
  }
}

/** An address that an item may lead to or show: of the web alone. */
export function address(url: unknown, base: string): string {
  if (typeof url !== "string") return "";
  try {
    const { protocol, href } = new URL(url, base);
    return /^https?:$/.test(protocol) ? href : "";
  } catch {
    return "";
  }
}

/** How many items the page's address forces on a list, `?dunlin-preview=feed:8`: 0 for the default, undefined for none. */
export function forced(search: string, list: string): number | undefined {
  const head = `${list}:`;
  const value = new URLSearchParams(search)
    .get("dunlin-preview")
    ?.split(",")
    .find((part) => part.startsWith(head))
    ?.slice(head.length);
  if (value === undefined) return value;
  return /^\d{1,2}$/.test(value) && +value <= PREVIEW ? +value : 0;
}

/** Where there is no page its pure functions can be tried all the same. */
const Base = typeof HTMLElement === "undefined" ? (Object as unknown as typeof HTMLElement) : HTMLElement;

const dunlin = (): Dunlin | undefined => (window as unknown as { dunlin?: Dunlin }).dunlin;
const catalogues = new Map<string, Promise<Item[] | null>>();

/** Fetches a catalogue, once a page. */
function fetched(url: string): Promise<Item[] | null> {
  let it = catalogues.get(url);
  if (!it) {
    it = fetch(url, { credentials: "same-origin" })
      .then(async (r) => (r.ok ? readCatalogue(await r.text()) : null))
      .catch(() => null);
    catalogues.set(url, it);
  }
  return it;
}

class ListElement extends Base {
  #begun = false;
  #seen = false;
  #timer = 0;
  #told = false;
  #shown: ReadonlyMap<string, readonly string[]> = new Map();
  readonly #watch = new IntersectionObserver((entries) => this.#look(entries.at(-1)!), { threshold: [0, 0.25, 0.5, 0.75, 1] });

  connectedCallback(): void {
    this.#watch.observe(this);
    if (this.#begun) return;
    this.#begun = true;
    this.addEventListener("click", (event) => this.#click(event), { capture: true });
    this.addEventListener("auxclick", (event) => this.#click(event), { capture: true });
    void this.#fill();
  }

  disconnectedCallback(): void {
    this.#watch.disconnect();
    clearTimeout(this.#timer);
  }

  /** Chooses anew, whether it is in view or not. For pages that know that nobody is looking. */
  refresh(): Promise<void> {
    this.#seen = false;
    return this.#fill();
  }

  get #name(): string {
    return this.getAttribute("name") ?? "";
  }

  async #fill(): Promise<void> {
    const url = address(this.getAttribute("catalogue"), location.href);
    const run = dunlin();
    if (!url || !run) return;
    const look = forced(location.search, this.#name);
    if (look !== undefined) return this.#preview(look, url);
    const asked = run.ask as unknown as (request: object) => Promise<Outcome<Picks>>;
    const items = await fetched(url);
    if (!items) {
      // The device refuses it, so that dunlin.debug() says so.
      const refused = await asked({ do: "list", list: this.#name, items });
      return this.#refused(refused.ok ? "" : refused.say);
    }
    const of = this.dataset["dunlinTopics"] ?? document.body.dataset["dunlinTopics"] ?? "";
    const topics = of
      .toLowerCase()
      .split(",")
      .map((t) => t.trim())
      .filter(Boolean);
    const bare = items.map(({ id, topics: about, price, added, skill, difficulty }) => ({
      id,
      topics: about,
      price,
      added,
      skill,
      difficulty,
    }));
    const current = this.dataset["dunlinItem"] ?? document.body.dataset["dunlinItem"];
    const outcome = await asked({ do: "list", list: this.#name, items: bare, topics, ...(current && { current }) });
    // In view it stays as it is: nothing moves under a reader's eyes. What was painted may not be told yet.
    this.#watch.takeRecords().forEach((entry) => this.#look(entry));
    if (!outcome.ok || this.#seen) return;
    const by = new Map(items.map((item) => [item.id, item]));
    this.#show(outcome.value.picks.flatMap((pick) => (by.has(pick.id) ? [{ ...pick, item: by.get(pick.id)! }] : [])));
  }

  /** Shows the catalogue's first items in its own order, of which the device hears nothing. */
  async #preview(size: number, url: string): Promise<void> {
    this.dataset["dunlinPreview"] = `${this.#name}:${size || ""}`;
    // The outline of a line of text does not go round blocks within.
    if (getComputedStyle(this).display === "inline") this.style.display = "block";
    const items = size ? await fetched(url) : [];
    if (!items) return this.#refused("");
    this.#show(items.slice(0, size).map((item) => ({ id: item.id, reason: "popular", topic: "", item })));
    this.#shown = new Map();
  }

  #refused(say: string): void {
    this.dispatchEvent(new CustomEvent("dunlin:refused", { bubbles: true, detail: { list: this.#name, say } }));
  }

  #show(picks: readonly { id: string; reason: PickReason; topic: string; item: Item }[]): void {
    const template = this.querySelector<HTMLTemplateElement>(":scope>template");
    if (!template || !picks.length) return;
    const lang = this.closest<HTMLElement>("[lang]")?.lang ?? navigator.language;
    const made = picks.map(({ id, reason, topic, item }) => {
      const part = document.importNode(template.content, true);
      const texts: Record<string, string> = {
        title: String(item.title ?? id),
        url: address(item.url, location.href),
        image: address(item.image, location.href),
        price: price(item.price, lang, this.getAttribute("currency")),
        reason: reasonText(lang, reason, topic),
      };
      for (const e of part.querySelectorAll<HTMLElement>("[data-field]")) put(e, texts);
      for (const e of part.children) {
        (e as HTMLElement).dataset["dunlinPick"] = id;
      }
      return part;
    });
    this.#shown = new Map(picks.map(({ id, item }) => [id, Array.isArray(item.topics) ? item.topics.map(String) : []]));
    this.#told = false;
    // Children that the site wrote stay in the document, unrendered, as in a slot.
    this.querySelectorAll("[slot=dunlin]").forEach((e) => e.remove());
    for (const part of made) {
      for (const e of part.children) e.slot = "dunlin";
      this.append(part);
    }
    if (!this.shadowRoot) this.attachShadow({ mode: "open" }).append(document.createElement("slot"));
    const place = this.shadowRoot!.querySelector("slot");
    if (place) place.name = "dunlin";
    this.dispatchEvent(new CustomEvent("dunlin:listed", { bubbles: true, detail: { list: this.#name, items: [...this.#shown.keys()] } }));
    this.#watch.unobserve(this);
    this.#watch.observe(this);
  }

  #look({ isIntersecting, intersectionRatio, intersectionRect, boundingClientRect }: IntersectionObserverEntry): void {
    // Without default content there is nothing to be seen yet, and nothing that could move.
    this.#seen ||= isIntersecting && boundingClientRect.height > 0;
    const half = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height * 2 >= innerHeight);
    clearTimeout(this.#timer);
    if (half) this.#timer = window.setTimeout(() => this.#expose(), LOOK);
  }

  #expose(): void {
    if (this.#told || !this.#shown.size) return;
    this.#told = true;
    void dunlin()?.track("listed", { list: this.#name, items: [...this.#shown.keys()].slice(0, TOLD) });
  }

  #click(event: Event): void {
    const { target, button } = event as MouseEvent;
    const item = (target as Element).closest?.<HTMLElement>("[data-dunlin-pick]")?.dataset["dunlinPick"];
    if (button > 1 || !item || !this.#shown.has(item)) return;
    // A link that is followed before the second is over: it was seen.
    this.#expose();
    void dunlin()?.track("picked", { list: this.#name, item, topics: this.#shown.get(item) ?? [] });
  }
}

/** Puts an item's texts into an element that names one: a link's address, an image's, or text. */
function put(e: HTMLElement, texts: Readonly<Record<string, string>>): void {
  for (const field of (e.dataset["field"] ?? "").split(" ")) {
    const text = texts[field];
    if (text === undefined) continue;
    if (field === "url") {
      if (text && e instanceof HTMLAnchorElement) e.href = text;
    } else if (field === "image") {
      if (e instanceof HTMLImageElement && text) e.src = text;
    } else {
      e.textContent = text;
    }
    if (!text && field !== "url") e.hidden = true;
  }
}

function price(value: unknown, lang: string, currency: string | null): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "";
  try {
    return new Intl.NumberFormat(lang, currency ? { style: "currency", currency } : { minimumFractionDigits: 2 }).format(value);
  } catch {
    return String(value);
  }
}

if (typeof customElements !== "undefined" && !customElements.get("dunlin-list")) customElements.define("dunlin-list", ListElement);
