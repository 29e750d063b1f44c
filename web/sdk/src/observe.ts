/**
 * Watches the page: arrivals, views, how long and how far they were looked at, media,
 * searches, and clicks that the site has marked, that leave the site or that are inside a
 * slot. No other click, no pointer, no key.
 *
 * @module
 */

import type { After, Page } from "./host";
import type { PageEvent, Tier } from "./protocol";
import { ABOUT, candidates, split, TOPICS } from "./topics";
import { arrival } from "./arrival";
import { detailsOf, elements, judged, wordsOf } from "./marks";
import { progress } from "./media";
import { toEvent } from "./track";

/** Seconds of a view after which what was dwelt is told, besides at its end. The last is the most. */
const DWELLS = [10, 30, 60, 120, 300];

/** Percents of the page's height after which its sight is an event of the site's own, if its plan has it. */
const STEP = 25;

/** Time that a single-page site has to draw its new view, ms. */
const REDRAW = 100;

/** Time between two looks at how far the page was scrolled, ms. */
const SCROLL = 200;

/** Watches one page. */
export interface Observer {
  /** Topics of the running view. */
  topics(): readonly string[];
  /** Begins a view: its topics are read now. With `arrives` a visit begins with it. */
  view(arrives?: boolean): void;
  /** The page is hidden, or left: tells what was dwelt. */
  pause(): void;
  /** The page is seen. */
  resume(): void;
  /** Stops for good. */
  stop(): void;
}

/** What an observer works with. */
export interface ObserverOptions {
  readonly page: Page;
  readonly after: After;
  /** Topics that the page declares. */
  readonly declared: () => readonly string[];
  /** Folder of the script. */
  readonly base: string;
  /** A visit begins with this page. */
  readonly arrives: boolean;
  /** Takes what happened. */
  readonly tell: (event: PageEvent) => void;
  /** Is told of a link that is followed in a slot, before its click is. */
  readonly seen: (slot: Element) => void;
  /** Is told of each new view, after its event. */
  readonly viewed: () => void;
}

/** Begins to watch, with a view. */
export function observe({ page, base, arrives, after, declared, tell, seen, viewed }: ObserverOptions): Observer {
  const { document: doc, location } = page;
  const off = new AbortController();
  const { signal } = off;
  const address = (): string => location.pathname + location.search;
  let topics: readonly string[] = [];
  let at = "";
  let depth = 0;
  let scrolled = false;
  /** Of the view, seconds: dwelt, and of that told. Since when more is being dwelt, ms; 0 if it is not. */
  let dwelt = 0;
  let told = 0;
  let since = 0;
  let cancel = (): void => undefined;

  const dwell = (): void => {
    if (!since) return;
    const now = page.performance.now();
    dwelt += (now - since) / 1000;
    since = now;
    const seconds = Math.min(Math.round(dwelt), DWELLS.at(-1)!) - told;
    if (seconds < 1) return;
    told += seconds;
    tell({ kind: "dwell", topics, seconds });
  };
  const wait = (): void => {
    const next = DWELLS.find((seconds) => seconds > told);
    if (!next) return;
    cancel = after(Math.max(1, next - dwelt) * 1000, () => {
      dwell();
      wait();
    });
  };
  const it: Observer = {
    topics: () => topics,
    view(arrives) {
      it.pause();
      if (arrives) tell(arrival(page));
      at = address();
      topics = candidates(doc, declared());
      depth = dwelt = told = 0;
      const { dunlinItem: item, dunlinTier: tier } = doc.body.dataset;
      tell({ kind: "view", topics, ...(item && { item }), ...(tier && { tier: tier as Tier }) });
      search(
        new URLSearchParams(location.search).get(
          doc.querySelector<HTMLElement>("script[data-dunlin-search]")?.dataset["dunlinSearch"] ?? "",
        ),
      );
      elements(doc, base);
      it.resume();
      viewed();
    },
    pause() {
      dwell();
      since = 0;
      cancel();
    },
    resume() {
      if (since || doc.visibilityState === "hidden") return;
      since = page.performance.now();
      wait();
    },
    stop() {
      off.abort();
      it.pause();
    },
  };

  /** Tells of a search; the words go no further than the Worker, which keeps the plan's topics of them. */
  const search = (words: string | null | undefined): void => {
    if (words?.trim()) tell({ kind: "search", topics: wordsOf(doc, words), words: words.slice(0, 200) });
  };
  /** Tells of the nearest element that the site has marked. */
  const mark = (inner: Partial<Element>, selector: string): void => {
    const e = inner.closest?.<HTMLElement>(selector);
    if (!e) return;
    const of = e.closest(ABOUT)?.getAttribute(TOPICS);
    const about = of == null ? topics : split(of);
    const name = e.dataset["dunlinTrack"]!;
    const details = detailsOf(e);
    // The comment's text is judged, and forgotten.
    if (name === "comment") void judged(e, base).then((sentiment) => tell(toEvent(name, { ...details, sentiment }, about)));
    else tell(toEvent(name, details, about));
  };
  const on = (target: EventTarget, types: string, call: (event: Event) => void): void => {
    for (const type of types.split(" ")) target.addEventListener(type, call, { capture: true, passive: true, signal });
  };
  on(page, "submit", ({ target }) => {
    const form = target as Partial<HTMLFormElement>;
    mark(form, "form[data-dunlin-track]");
    if (form.matches?.("form[data-dunlin-search]")) {
      search(form.querySelector?.<HTMLInputElement>("input[type=search],input[type=text],input:not([type])")?.value);
    }
  });
  on(
    page,
    "play timeupdate ended",
    progress(tell, () => topics),
  );
  on(page, "click auxclick", (event) => {
    const { target, button } = event as MouseEvent;
    // The right button opens a menu.
    if (button > 1 || !(target instanceof page.Element)) return;
    const inside = target.closest<HTMLElement>("dunlin-slot");
    // What the address forces is not counted.
    const forced = target.closest("[data-dunlin-preview]");
    const slot = forced ? null : inside?.getAttribute("name");
    const link = target.closest<HTMLAnchorElement>("a[href]");
    if (slot && link) seen(inside!);
    // What the shown variant is about the device knows; a part of it may say more.
    if (slot) tell({ kind: "click", slot, topics: split(target.closest(`${ABOUT},dunlin-slot`)?.getAttribute(TOPICS)) });
    mark(target, `[data-dunlin-track]:not(form${slot || forced ? ",[data-dunlin-track=click]" : ""})`);
    const host = link?.hostname;
    if (host && host !== location.hostname) tell({ kind: "custom", name: "outbound" });
  });
  on(page, "scroll", ({ target }) => {
    // Not of a part that scrolls by itself.
    if (scrolled || target !== doc) return;
    scrolled = true;
    after(SCROLL, () => {
      scrolled = false;
      const seen = ((page.scrollY + page.innerHeight + 1) / doc.documentElement.scrollHeight) * 100;
      while (depth + STEP <= seen) tell({ kind: "custom", name: `scroll_${(depth += STEP)}` });
    });
  });
  const moved = (): void => {
    after(REDRAW, () => {
      if (!signal.aborted && address() !== at) it.view();
    });
  };
  if (page.navigation) {
    on(page.navigation, "currententrychange", moved);
  } else {
    on(page, "popstate", moved);
    patch(page.history, moved);
  }
  it.view(arrives);
  return it;
}

/** Hears of a single-page site's navigation where the browser does not tell. */
function patch(history: History, moved: () => void): void {
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    try {
      history[name] = function (this: History, ...args) {
        original.apply(this, args);
        moved();
      };
    } catch {
      // A page that has frozen its history is not watched for it.
    }
  }
}
