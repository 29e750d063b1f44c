/**
 * The page chunk: all of the page's side that can wait until the page is idle. It
 * watches, links the Worker, and sends.
 *
 * @module
 */

import type { Debug } from "./api";
import { any } from "./consent";
import { Exposures } from "./exposure";
import type { Engine, Host } from "./host";
import { Link } from "./link";
import { Observer } from "./observe";
import type { Consent, Notice, Outcome, PageEvent, WorkerDebug } from "./protocol";
import { Sender } from "./send";
import { toEvent } from "./track";
import { GAP } from "./visit";

/** Troubles that are kept for `dunlin.debug()`. */
const TROUBLES = 20;

const BOTH: Consent = { measure: true, personalize: true };

/** Runs the page's side until the page ends. */
export function run(host: Host): Engine {
  const { page, tag, shelf, slots } = host;
  const doc = page.document;
  const trouble: Debug["trouble"][number][] = [];
  let consent: Consent | undefined;
  let last: Promise<Outcome<unknown>> | undefined;
  let observer: Observer | undefined;
  let exposures: Exposures | undefined;
  let sender: Sender | undefined;
  /** Since when nobody sees the page, by the device's clock; 0 if somebody does. */
  let hidden = 0;
  let left = false;

  const noted = (why: Debug["trouble"][number]): void => {
    if (trouble.push(why) > TROUBLES) trouble.shift();
  };
  const heard = (notice: Notice): void => {
    switch (notice.tell) {
      case "ready":
        return sender?.ready(notice.ready);
      case "unready":
        return sender?.ready(undefined);
      case "decisions":
        if (!consent?.personalize) return;
        shelf.change((entry) => {
          entry.decisions = notice.choices.map(({ slot, variant, first }) => ({ slot, variant, first: !!first }));
        });
        return exposures?.decide(notice.choices);
      case "trouble":
        if (notice.why === "no-lock") sender?.blocked();
        return noted({ why: notice.why, say: notice.say });
    }
  };
  const link = new Link(host.worker, heard, () => noted({ why: "no-worker", say: "the Worker's file did not load" }));

  const now = (): number => Date.now() + tag.clock * 1000;
  const tell = (event: PageEvent): Promise<Outcome> => {
    sender?.activity();
    return link.ask({ do: "track", event, at: Date.now() });
  };

  const hide = (): void => {
    if (hidden || !consent || !any(consent)) return;
    hidden = now();
    observer?.pause();
    exposures?.pause();
    sender?.hide();
    void link.ask({ do: "hide" });
  };
  const show = (): void => {
    if (!hidden) return;
    // Taken from the browser's memory it is a page like any other; after a gap, another visit.
    const anew = left || now() - hidden >= GAP;
    void link.ask({ do: "show" });
    if (left) sender?.begin();
    hidden = 0;
    left = false;
    sender?.show();
    if (anew) {
      observer?.view();
    } else {
      observer?.resume();
      exposures?.view(false);
    }
  };
  const turn = (): void => (doc.visibilityState === "hidden" ? hide() : show());
  doc.addEventListener("visibilitychange", turn);
  page.addEventListener("pageshow", show);
  page.addEventListener("pagehide", () => {
    left = true;
    hide();
  });

  /** Watches and sends as far as the consents go, and no further. */
  const watch = (c: Consent): void => {
    if (!c.measure) {
      sender?.stop();
      sender = undefined;
    } else if (!sender) {
      sender = new Sender({
        shelf,
        fetch: (url, init) => page.fetch(url, init),
        now,
        random: Math.random,
        after: (ms, call) => {
          const timer = page.setTimeout(call, ms);
          return () => page.clearTimeout(timer);
        },
        visible: () => doc.visibilityState === "visible",
        ask: (request) => link.ask(request),
      });
      sender.begin();
    }
    if (!any(c)) {
      observer?.stop();
      observer = undefined;
    }
    if (!c.personalize) {
      exposures?.stop();
      exposures = undefined;
    } else {
      exposures ??= new Exposures(page, slots, (event) => void tell(event));
    }
    if (any(c)) {
      observer ??= new Observer(
        page,
        (event) => void tell(event),
        () => exposures?.view(true),
      );
    }
  };
  host.source.changed = (slot) => exposures?.add(slot);

  const call = async (name: string, args: readonly unknown[]): Promise<Outcome<unknown>> => {
    const [a, b] = args;
    switch (name) {
      case "track": {
        const event = toEvent(a, b, observer?.topics ?? []);
        return typeof event === "string" ? wrong(event) : tell(event);
      }
      case "declare":
        if (typeof a !== "string" || !["boolean", "number", "string"].includes(typeof b))
          return wrong("declare: want an attribute and its value");
        return tell({ kind: "declare", attribute: a, value: b as boolean | number | string });
      case "assign":
        if (typeof a !== "string" || typeof b !== "string") return wrong("assign: want a campaign and its arm");
        return tell({ kind: "assign", campaign: a, arm: b });
      case "choose":
      case "why":
        return typeof a === "string" ? link.ask<unknown>({ do: name, slot: a }) : wrong(`${name}: want a slot's name`);
      case "report":
        return link.ask<unknown>({ do: name });
      case "forget":
        shelf.change((entry) => delete entry.decisions);
        return link.ask({ do: name });
      default:
        return { ok: true, value: await debug() };
    }
  };

  const debug = async (): Promise<Debug> => {
    const known = host.debug();
    const worker = await link.ask<WorkerDebug>({ do: "debug" });
    return {
      ...known,
      slots: [...slots].map((slot, i) => ({ ...known.slots[i]!, exposed: !!exposures?.exposed(slot) })),
      sends: sender?.debug() ?? null,
      trouble,
      worker: worker.ok ? worker.value : null,
    };
  };

  return {
    call,
    consent(c) {
      if (last && consent?.measure === c.measure && consent.personalize === c.personalize) return last;
      if (!consent) {
        const { base, api, site, officer, clock } = tag;
        // To erase it must run first: what there is is known to it alone.
        last = link.ask({ do: "start", with: { base, api, site, officer, clock, consent: any(c) ? c : BOTH } });
        if (any(c)) last = Promise.resolve({ ok: true, value: undefined });
      }
      if (consent || !any(c)) last = link.ask({ do: "consent", consent: c });
      consent = c;
      watch(c);
      turn();
      return last!;
    },
  };
}

function wrong(say: string): Outcome<never> {
  return { ok: false, why: "input", say };
}
