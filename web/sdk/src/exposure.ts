/**
 * Decisions that come while the page is open, and exposures: which of the device's
 * decisions somebody has really seen.
 *
 * @module
 */

import type { Decision } from "./entry";
import type { After, Page } from "./host";
import type { PageEvent } from "./protocol";
import type { Slot } from "./slot";

/** Time for which half of a slot must have been in view, ms. */
const LOOK = 1000;

/** Watches the slots of a page. */
export interface Exposures {
  /** Watches a slot that has come, or shows something else. */
  add(slot: Slot): void;
  /** Looks anew; what was exposed before can be again if the view is another. */
  view(another: boolean): void;
  /** The visitor follows a link in a slot that is half in view: it was seen, however short. */
  seen(slot: Element): void;
  /** Nobody looks. */
  pause(): void;
  /** Takes the device's decisions; slots below the window go by them at once. */
  decide(decisions: readonly Decision[]): void;
  /** Whether the slot's exposure was told. */
  exposed(slot: Slot): boolean;
  /** Stops for good. */
  stop(): void;
}

/** Begins to watch. */
export function expose(page: Page, after: After, slots: ReadonlySet<Slot>, tell: (event: PageEvent) => void): Exposures {
  const doc = page.document;
  let decisions: readonly Decision[] = [];
  const told = new Map<Slot, Decision>();
  /** How to stop waiting for the second to pass. */
  const looks = new Map<Slot, () => void>();
  /** Slots that have been in view, if only by an edge: what they show stays. */
  const seen = new WeakSet<Slot>();

  const expose = (slot: Slot): void => {
    const { decision } = slot;
    if (!decision || decision.forced || !shows(slot, decision) || told.has(slot)) return;
    told.set(slot, decision);
    tell({ kind: "exposure", slot: decision.slot, variant: decision.variant });
  };
  const look = ({
    target,
    isIntersecting,
    intersectionRatio,
    intersectionRect,
    boundingClientRect,
    rootBounds,
  }: IntersectionObserverEntry) => {
    const slot = target as Slot;
    const window = rootBounds?.height ?? page.innerHeight;
    if (isIntersecting) seen.add(slot);
    if (!slot.decision) {
      const decision = decisions.find((d) => d.slot === slot.getAttribute("name"));
      if (decision && shows(slot, decision)) slot.decision = decision;
      // Above the window a change of height would move what is being read.
      else if (decision && !seen.has(slot) && boundingClientRect.top >= window) slot.refresh();
    }
    // Of a slot that is higher than the window half the window counts.
    const half = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height * 2 >= window);
    const cancel = looks.get(slot);
    if (!half) {
      cancel?.();
      looks.delete(slot);
    } else if (!cancel) {
      looks.set(
        slot,
        after(LOOK, () => {
          looks.delete(slot);
          expose(slot);
        }),
      );
    }
  };
  const threshold = Array.from({ length: 11 }, (_, i) => i / 10);
  const watch = new page.IntersectionObserver((entries) => entries.forEach(look), { threshold });
  const again = (slot: Slot): void => {
    watch.unobserve(slot);
    watch.observe(slot);
  };

  /**
   * Loads the images of all variants, the shown one's too: the set of requests is the
   * same for everyone.
   */
  const prefetch = (slot: Slot): void => {
    for (const template of slot.querySelectorAll<HTMLTemplateElement>(":scope>template")) {
      // An image is loaded when it is made a node of this document, in the tree or not.
      for (const image of doc.importNode(template.content, true).querySelectorAll("img")) image.loading = "eager";
    }
  };

  const it: Exposures = {
    add(slot) {
      again(slot);
      after(0, () => prefetch(slot));
    },
    view(another) {
      if (another) told.clear();
      it.pause();
      slots.forEach(again);
    },
    seen(slot) {
      if (looks.has(slot as Slot)) expose(slot as Slot);
    },
    pause() {
      looks.forEach((cancel) => cancel());
      looks.clear();
    },
    decide(now) {
      decisions = now;
      it.view(false);
    },
    exposed: (slot) => told.has(slot),
    stop() {
      watch.disconnect();
      it.pause();
    },
  };
  slots.forEach((slot) => it.add(slot));
  return it;
}

function shows(slot: Slot, { first, variant }: Decision): boolean {
  return slot.shown === (first ? "" : variant);
}
