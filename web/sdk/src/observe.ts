/**
 * Watches the page: views, how long and how far they were looked at, and clicks that
 * the site has marked, that leave the site or that are inside a slot. No other click, no
 * pointer, no key.
 *
 * @module
 */

import type { Page } from "./host";
import type { PageEvent } from "./protocol";
import { ABOUT, candidates, split, TOPICS } from "./topics";
import { toEvent } from "./track";

/** Seconds of a view after which what was dwelt is told, besides at its end. The last is the most. */
const DWELLS = [10, 30, 60, 120, 300];

/** Percents of the page's height whose sight is an event of the site's own, if its plan has it. */
const DEPTHS = [25, 50, 75, 100];

/** Time that a single-page site has to draw its new view, ms. */
const REDRAW = 100;

/** Time between two looks at how far the page was scrolled, ms. */
const SCROLL = 200;

/** Watches one page. */
export class Observer {
  /** Topics of the running view. */
  topics: readonly string[] = [];
  readonly #off = new AbortController();
  #address = "";
  #depth = 0;
  #scrolled = false;
  #told = 0;
  #dwelt = 0;
  #since: number | undefined;
  #timer = 0;

  /**
   * @param tell Takes what happened.
   * @param viewed Is told of each new view, after its event.
   */
  constructor(
    readonly page: Page,
    readonly tell: (event: PageEvent) => void,
    readonly viewed: () => void,
  ) {
    const { signal } = this.#off;
    const doc = page.document;
    const click = (event: Event) => this.#click(event);
    doc.addEventListener("click", click, { capture: true, signal });
    doc.addEventListener("auxclick", click, { capture: true, signal });
    doc.addEventListener("submit", (event) => this.#mark(event.target as Element, "form[data-dunlin-track]"), { capture: true, signal });
    page.addEventListener("scroll", () => this.#scroll(), { passive: true, signal });
    const moved = () => this.#moved();
    if (page.navigation) {
      page.navigation.addEventListener("currententrychange", moved, { signal });
    } else {
      page.addEventListener("popstate", moved, { signal });
      patch(page.history, moved, signal);
    }
    this.view();
  }

  /** Stops for good. */
  stop(): void {
    this.#off.abort();
    this.pause();
  }

  /** Begins a view: its topics are read now. */
  view(): void {
    this.pause();
    this.#address = this.page.location.pathname + this.page.location.search;
    this.topics = candidates(this.page.document);
    this.#depth = this.#dwelt = this.#told = 0;
    this.tell({ kind: "view", topics: this.topics });
    this.resume();
    this.viewed();
  }

  /** The page is hidden, or left: tells what was dwelt. */
  pause(): void {
    this.#dwell();
    this.#since = undefined;
    this.page.clearTimeout(this.#timer);
  }

  /** The page is seen. */
  resume(): void {
    if (this.#since !== undefined || this.#off.signal.aborted || this.page.document.visibilityState === "hidden") return;
    this.#since = this.page.performance.now();
    this.#await();
  }

  #dwell(): void {
    if (this.#since === undefined) return;
    const now = this.page.performance.now();
    this.#dwelt += (now - this.#since) / 1000;
    this.#since = now;
    const seconds = Math.min(Math.round(this.#dwelt), DWELLS.at(-1)!) - this.#told;
    if (seconds < 1) return;
    this.#told += seconds;
    this.tell({ kind: "dwell", topics: this.topics, seconds });
  }

  #await(): void {
    const next = DWELLS.find((seconds) => seconds > this.#told);
    if (next === undefined) return;
    this.#timer = this.page.setTimeout(
      () => {
        this.#dwell();
        this.#await();
      },
      Math.max(1, next - this.#dwelt) * 1000,
    );
  }

  #moved(): void {
    this.page.setTimeout(() => {
      const { pathname, search } = this.page.location;
      if (!this.#off.signal.aborted && pathname + search !== this.#address) this.view();
    }, REDRAW);
  }

  #scroll(): void {
    if (this.#scrolled) return;
    this.#scrolled = true;
    this.page.setTimeout(() => {
      this.#scrolled = false;
      const { scrollY, innerHeight, document } = this.page;
      const percent = ((scrollY + innerHeight + 1) / document.documentElement.scrollHeight) * 100;
      for (const depth of DEPTHS) {
        if (depth <= this.#depth || depth > percent) continue;
        this.#depth = depth;
        this.tell({ kind: "custom", name: `scroll_${depth}` });
      }
    }, SCROLL);
  }

  #click(event: Event): void {
    const at = event.target;
    if (!(at instanceof this.page.Element)) return;
    const slot = at.closest("dunlin-slot")?.getAttribute("name");
    // What the shown variant is about the device knows; a part of it may say more.
    if (slot) this.tell({ kind: "click", slot, topics: split(at.closest(`${ABOUT},dunlin-slot`)?.getAttribute(TOPICS)) });
    this.#mark(at, slot ? "[data-dunlin-track]:not(form,[data-dunlin-track=click])" : "[data-dunlin-track]:not(form)");
    const link = at.closest<HTMLAnchorElement>("a[href]");
    if (link && /^https?:$/.test(link.protocol) && link.hostname !== this.page.location.hostname) {
      this.tell({ kind: "custom", name: "outbound" });
    }
  }

  /** Tells of the nearest element that the site has marked. */
  #mark(at: Element, selector: string): void {
    const e = at.closest<HTMLElement>(selector);
    const of = e?.closest(ABOUT);
    const topics = of ? split(of.getAttribute(TOPICS)) : this.topics;
    const event = e && toEvent(e.dataset["dunlinTrack"], { topics, value: Number(e.dataset["dunlinValue"] ?? NaN) }, topics);
    if (event && typeof event !== "string") this.tell(event);
  }
}

/** Hears of a single-page site's navigation where the browser does not tell. */
function patch(history: History, moved: () => void, signal: AbortSignal): void {
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    try {
      history[name] = function (this: History, ...args) {
        original.apply(this, args);
        if (!signal.aborted) moved();
      };
    } catch {
      // A page that has frozen its history is not watched for it.
    }
  }
}
