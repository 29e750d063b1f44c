/**
 * The page chunk: all of the page's side that can wait until the page is idle. It
 * watches, links the Worker, and sends.
 *
 * @module
 */

import type { Debug } from "./api";
import { backOff, later, LONGEST } from "./backoff";
import { any, NONE } from "./consent";
import { expose, type Exposures } from "./exposure";
import type { After, Engine, Host } from "./host";
import { link } from "./link";
import type { Consent, Notice, Outcome, PageEvent, WorkerDebug, Why } from "./protocol";
import { sender, type Sender } from "./send";
import { checked, GAP } from "./visit";
import { watchOnward } from "./onward";
import type { Observer, Watch } from "./watch";

/** The watching chunk's file, set by the build. */
declare const __WATCH__: string;

/** Troubles that are kept for `dunlin.debug()`: the first ones tell more than the last. */
const TROUBLES = 20;

const DONE = Promise.resolve<Outcome>({ ok: true, value: undefined });

/** Runs the page's side until the page ends. */
export function run({ page, tag, shelf, slots, source, worker, debug, lost }: Host): Engine {
  const doc = page.document;
  const trouble: Debug["trouble"][number][] = [];
  let consent: Consent | undefined;
  let applied: Promise<Outcome<unknown>> = DONE;
  let observing: Observer | undefined;
  // Beside what the Worker fetches: nothing of its start waits for this.
  const watching = import(/* @vite-ignore */ `./${__WATCH__}`) as Promise<Watch>;
  let exposing: Exposures | undefined;
  let sending: Sender | undefined;
  /** In a row, to fetch what a start needs. */
  let failures = 0;
  /** Since when nobody sees the page, by the device's clock; 0 if somebody does. */
  let hidden = 0;
  /** The page was left, and is in the browser's memory. */
  let left = false;

  const now = (): number => Date.now() + tag.clock * 1000;
  const visible = (): boolean => doc.visibilityState !== "hidden";
  const after: After = (ms, call) => {
    const timer = page.setTimeout(call, ms);
    return () => page.clearTimeout(timer);
  };
  /** Has the Worker begin, or begin anew, after ms. */
  const again = (ms: number): void => {
    after(ms, () => consent && any(consent) && void ask({ do: "consent", consent }));
  };
  const ask = link(
    worker,
    (notice: Notice) => {
      switch (notice.tell) {
        case "ready":
          return sending?.ready(notice.ready);
        case "unready":
          return sending?.ready();
        case "decisions": {
          const decisions = notice.choices.map(({ slot, variant, first }) => ({ slot, variant, first: !!first }));
          if (exposing) shelf.change((entry) => (entry.decisions = decisions));
          return exposing?.decide(decisions);
        }
        case "trouble": {
          const { status } = notice;
          if (notice.why === "no-lock") sending?.blocked();
          if (trouble.length < TROUBLES) trouble.push(notice);
          if (!later(status)) return;
          const wait = backOff(++failures, Math.random(), now(), Infinity, notice);
          // Of a network that failed the next page knows more than this one.
          if (status) shelf.change((entry) => ((entry.visits = checked(entry.visits)).away = now() + wait));
          again(wait);
        }
      }
    },
    lost,
  );
  /** Keeps what was refused, for `dunlin.debug()`. */
  const note = (say: string, why: Why = "input"): Outcome<never> => {
    if (trouble.length < TROUBLES) trouble.push({ why, say });
    return { ok: false, why, say };
  };
  /** Whether a visit begins with this page: it was come to from elsewhere, or after a gap. */
  const before = checked(shelf.read()?.visits).last;
  const arrives = (c: Consent): boolean => !doc.referrer.startsWith(page.location.origin + "/") || (c.measure && !(now() - before < GAP));
  const tell = async (event: PageEvent): Promise<Outcome> => {
    sending?.activity();
    const outcome = await ask({ do: "track", event, at: Date.now() });
    if (!outcome.ok && event.kind !== "custom") note(outcome.say, outcome.why);
    return outcome;
  };

  const onward = watchOnward(page);
  const hide = (): void => {
    if (hidden || !consent || !any(consent)) return;
    hidden = now();
    observing?.pause();
    exposing?.pause();
    sending?.hide(onward());
    void ask({ do: "hide" });
  };
  const show = (): void => {
    if (!hidden) return;
    // Taken from the browser's memory it is a page like any other; after a gap, another visit.
    const gone = now() - hidden >= GAP;
    const another = left || gone;
    hidden = 0;
    void ask({ do: "show" });
    left = false;
    sending?.show();
    if (another) {
      observing?.view(gone);
    } else {
      observing?.resume();
      exposing?.view(false);
    }
  };
  const turn = (): void => (visible() ? show() : hide());
  doc.addEventListener("visibilitychange", turn);
  page.addEventListener("pageshow", show);
  page.addEventListener("pagehide", () => {
    left = true;
    hide();
  });

  /** Watches and sends as far as the consents go, and no further. */
  const watch = (c: Consent): void => {
    if (!c.measure) {
      sending?.stop();
      sending = undefined;
    } else if (!sending) {
      sending = sender({ shelf, fetch: (url, init) => page.fetch(url, init), now, random: Math.random, after, visible, ask });
      sending.begin();
    }
    if (c.personalize) {
      exposing ??= expose(page, after, slots, tell);
    } else {
      exposing?.stop();
      exposing = undefined;
    }
    if (any(c)) {
      void watching.then(
        ({ observe }) => {
          if (observing || !consent || !any(consent)) return;
          observing = observe({
            page,
            base: tag.base,
            arrives: arrives(c),
            after,
            declared: source.topics,
            tell,
            seen: (slot) => exposing?.seen(slot),
            viewed: () => exposing?.view(true),
          });
          if (hidden) observing.pause();
        },
        () => note("the watching file did not load", "network"),
      );
    } else {
      observing?.stop();
      observing = undefined;
    }
  };
  source.changed = (slot) => exposing?.add(slot);

  return {
    async call(name, args) {
      const at = Date.now();
      const chunk = await watching.catch(() => null);
      if (!chunk) return note("the watching file did not load", "network");
      const request = chunk.toRequest(name, args, observing?.topics() ?? [], at);
      if (typeof request === "string") return note(request);
      if (request.do === "track") {
        const lost = name === "track" && chunk.leftOut(args[0] as string, args[1]);
        if (lost) note(lost);
        const told = tell(request.event);
        // Before the page is left it is to be stored: as when it is hidden.
        return name === "assigned" ? told.then((it) => ask({ do: "hide" }).then(() => (void ask({ do: "show" }), it))) : told;
      }
      if (request.do === "forget") shelf.change((entry) => delete entry.decisions);
      const outcome = await ask(request);
      // That there is nothing to explain yet is nobody's mistake.
      if (!outcome.ok && outcome.why !== "off" && name !== "why") note(outcome.say, outcome.why);
      return outcome;
    },
    async debug() {
      const answer = await ask<WorkerDebug>({ do: "debug" });
      return {
        ...debug(),
        slots: [...slots].map((slot) => ({
          name: slot.getAttribute("name") ?? "",
          shown: slot.shown,
          decided: slot.decision?.variant ?? "",
          exposed: !!exposing?.exposed(slot),
        })),
        sends: sending?.debug() ?? null,
        trouble,
        worker: answer.ok ? answer.value : null,
      };
    },
    consent(c) {
      if (consent?.measure === c.measure && consent.personalize === c.personalize) return applied;
      if (!consent) {
        const wait = checked(shelf.read()?.visits).away! - now();
        // Longer than it can be it is if the clock was set back.
        const away = wait > 0 && wait < LONGEST;
        void ask({ do: "start", with: { ...tag, consent: away ? NONE : c } });
        if (away) again(wait);
      }
      // Giving takes effect by and by; of erasing the visitor wants to know that it is done.
      applied = any(c) && !consent ? DONE : ask({ do: "consent", consent: c });
      consent = c;
      watch(c);
      turn();
      return applied;
    },
  };
}
