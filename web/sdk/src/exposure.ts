/**
 * Decisions that come while the page is open, and exposures: which of the device's
 * decisions somebody has really seen.
 *
 * @module
 */

import type { Decision } from "./entry";
import type { Page } from "./host";
import type { Choice, PageEvent } from "./protocol";
import type { Slot } from "./slot";

/** Time for which half of a slot must have been in view, ms. */
const LOOK = 1000;

/** Watches the slots of a page. */
export class Exposures {
  #decisions: readonly Decision[] = [];
  readonly #told = new Map<Slot, string>();
  readonly #timers = new Map<Slot, number>();
  /** Slots that have been in view, if only by an edge: what they show stays. */
  readonly #seen = new WeakSet<Slot>();
  readonly #watch: IntersectionObserver;

  constructor(
    readonly page: Page,
    readonly slots: ReadonlySet<Slot>,
    readonly tell: (event: PageEvent) => void,
  ) {
    const steps = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    this.#watch = new page.IntersectionObserver((entries) => entries.forEach((e) => this.#look(e)), { threshold: steps });
    slots.forEach((slot) => this.add(slot));
  }

  /** Watches a slot that has come later. */
  add(slot: Slot): void {
    // Observed anew it is looked at anew: what it shows may have another height.
    this.#watch.unobserve(slot);
    this.#watch.observe(slot);
    this.#prefetch(slot);
  }

  /** Stops for good. */
  stop(): void {
    this.#watch.disconnect();
    this.pause();
  }

  /** A new view, or the page is seen again: what is in view counts anew when `again`. */
  view(again: boolean): void {
    if (again) this.#told.clear();
    this.pause();
    this.slots.forEach((slot) => {
      this.#watch.unobserve(slot);
      this.#watch.observe(slot);
    });
  }

  /** Nobody looks. */
  pause(): void {
    for (const timer of this.#timers.values()) this.page.clearTimeout(timer);
    this.#timers.clear();
  }

  /** Takes the device's decisions; slots below the viewport go by them at once. */
  decide(choices: readonly Choice[]): void {
    this.#decisions = choices.map(({ slot, variant, first }) => ({ slot, variant, first: !!first }));
    this.view(false);
  }

  /** Whether the slot's exposure was told. */
  exposed(slot: Slot): boolean {
    return this.#told.has(slot);
  }

  #look({ target, isIntersecting, intersectionRatio, intersectionRect, boundingClientRect, rootBounds }: IntersectionObserverEntry): void {
    const slot = target as Slot;
    if (isIntersecting) this.#seen.add(slot);
    if (!slot.decision) {
      const name = slot.getAttribute("name");
      const decision = this.#decisions.find((d) => d.slot === name);
      if (decision && (decision.first ? "" : decision.variant) === slot.shown) slot.decision = decision;
      // Above the viewport a change of height would move what is being read.
      else if (decision && !this.#seen.has(slot) && boundingClientRect.top >= (rootBounds?.bottom ?? 0)) slot.refresh();
    }
    // Of a slot that is higher than the window half the window counts.
    const half = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height * 2 >= (rootBounds?.height ?? Infinity));
    const timer = this.#timers.get(slot);
    if (half && timer === undefined) {
      this.#timers.set(
        slot,
        this.page.setTimeout(() => this.#expose(slot), LOOK),
      );
    } else if (!half && timer !== undefined) {
      this.page.clearTimeout(timer);
      this.#timers.delete(slot);
    }
  }

  /** The slot was looked at: an exposure, if what it shows is what the device decided. */
  #expose(slot: Slot): void {
    this.#timers.delete(slot);
    const { decision } = slot;
    if (!slot.isConnected || !decision || (decision.first ? "" : decision.variant) !== slot.shown) return;
    if (this.page.document.visibilityState === "hidden" || this.#told.get(slot) === decision.variant) return;
    this.#told.set(slot, decision.variant);
    this.tell({ kind: "exposure", slot: decision.slot, variant: decision.variant });
  }

  /**
   * Loads the images of all variants, the shown one's too, when idle: the set of
   * requests is the same for everyone.
   */
  #prefetch(slot: Slot): void {
    const { page } = this;
    const load = () => {
      for (const template of slot.querySelectorAll<HTMLTemplateElement>(":scope>template")) {
        for (const found of template.content.querySelectorAll("picture,img")) {
          if (found.localName === "img" && found.closest("picture")) continue;
          // An image is loaded when it is made a node of this document, in the tree or not.
          const copy = page.document.importNode(found, true);
          for (const image of [copy, ...copy.querySelectorAll("img")]) if (image instanceof page.HTMLImageElement) image.loading = "eager";
        }
      }
    };
    if (page.requestIdleCallback) page.requestIdleCallback(load, { timeout: 2000 });
    else page.setTimeout(load, 500);
  }
}
