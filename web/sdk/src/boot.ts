/**
 * The loader: what runs in the page's head, before anything is painted. It defines the
 * slots, which show the last decisions at once, answers `window.dunlin`, and starts the
 * rest when the page is idle and the visitor has consented.
 *
 * Before consent it reads localStorage and writes nothing, and no request leaves.
 *
 * @module
 */

import type { ConsentState, Debug } from "./api";
import { any, holds, isConsent, NONE } from "./consent";
import { openShelf, type Decision } from "./entry";
import type { Chunk, Engine, Page } from "./host";
import type { Consent, Outcome, Why } from "./protocol";
import { defineSlot, type SlotSource } from "./slot";
import { readTag } from "./tag";
import { declared } from "./topics";

/** Names of the files that are loaded later, below the script's own folder. */
export interface Files {
  readonly worker: string;
  readonly page: string;
}

/** A public call, whatever its arguments. */
export type Call = (...args: unknown[]) => Promise<Outcome<unknown>>;

const CALLS = ["track", "choose", "consent", "why", "report", "forget", "debug", "declare", "assign", "ask", "reach", "go"];

/**
 * Runs the loader.
 *
 * @param load Imports the page chunk from its address.
 * @returns the calls by name: those of `Dunlin` in api.ts.
 */
export function boot(page: Page, script: HTMLScriptElement, files: Files, load: (url: string) => Promise<Chunk>): Record<string, Call> {
  const doc = page.document;
  const nav = page.navigator as Navigator & { globalPrivacyControl?: boolean };
  const tag = readTag(script.src, script.dataset, page.location.hostname);
  const shelf = openShelf(() => page.localStorage);
  const entry = shelf.read();
  let owner = entry?.owner;
  const [asks, not] = page.location.hash.match(/^#dunlin-(not-)?owner$/) ?? "";
  // Anybody can make such a link: only whoever sees the page and says so changes anything.
  if (asks && page.confirm(`Count this browser${not ? "" : " no more"}?`)) {
    shelf.change((e) => (e.owner = owner = !not));
  }

  const remembers = tag.mode !== "site";
  const able = page.Worker && page.WebAssembly && page.crypto.subtle;
  let stopped: Why | "" = tag.fault ? "input" : nav.webdriver ? "bot" : !entry ? "storage" : able ? "" : "no-worker";
  let said = remembers ? entry?.consent : undefined;
  let begun = false;
  let started = false;
  let release!: (engine?: Engine) => void;
  const engine = new Promise<Engine | undefined>((resolve) => (release = resolve));

  const done: Outcome = { ok: true, value: undefined };
  const state = (): ConsentState => holds(tag.mode, said, !!nav.globalPrivacyControl);
  /** What may run. The owner's own browser is not measured. */
  const may = (): Consent => (stopped ? NONE : { measure: state().measure && !owner, personalize: state().personalize });
  const why = (): Why | "" => stopped || (owner ? "owner" : any(may()) ? "" : "off");
  const refusal = (): Outcome<never> => ({ ok: false, why: why() || "off", say: tag.fault || "nothing runs" });

  const source: SlotSource = {
    decided: (name) =>
      forced(page.location.search, name) ?? (may().personalize ? shelf.read()?.decisions?.find((d) => d?.slot === name) : undefined),
    topics: () => declared(doc),
  };
  const slots = defineSlot(page, source);
  const debug = (): Debug => ({
    consent: state(),
    why: why(),
    slots: [],
    sends: null,
    trouble: [],
    worker: null,
  });

  const stop = (reason: Why): void => {
    stopped = reason;
    release();
  };
  const start = (): void => {
    if (!shelf.change((e) => (e.kept = true))) return stop("storage");
    started = true;
    try {
      const url = tag.base + files.worker;
      // Where the site demands trusted types, its list of policies must name this one.
      const trusted = page.trustedTypes?.createPolicy("dunlin", { createScriptURL: (u) => u }).createScriptURL(url);
      const worker = new page.Worker(trusted ?? url, { type: "module" });
      const lost = (): void => stop("no-worker");
      worker.onerror = lost;
      load(tag.base + files.page).then(
        (chunk) => stopped || release(chunk.run({ page, tag, shelf, slots, source, worker, debug, lost })),
        () => {
          worker.terminate();
          stop("network");
        },
      );
    } catch {
      stop("no-worker");
    }
  };
  /** Starts when somebody sees the page, it has been parsed, and nothing else is to be done. */
  const soon = (): void => {
    const wait = doc.hidden ? "visibilitychange" : doc.readyState === "loading" ? "DOMContentLoaded" : "";
    if (wait) doc.addEventListener(wait, soon, { once: true });
    else if (page.requestIdleCallback) page.requestIdleCallback(start, { timeout: 200 });
    else page.setTimeout(start);
  };
  /** Brings what runs in line with what holds, which may be to erase. */
  const apply = async (): Promise<Outcome<unknown>> => {
    if (!begun) {
      if (stopped || (!any(may()) && !shelf.read()?.erase)) return done;
      begun = true;
      soon();
    }
    const run = await engine;
    // What holds now, for the visitor may have said something else in the meantime.
    const wanted = may();
    if (run && any(wanted)) shelf.change((e) => (e.kept = true));
    const outcome = (await run?.consent(wanted)) ?? refusal();
    if (outcome.ok && !any(wanted)) {
      shelf.change((e) => {
        delete e.erase;
        delete e.kept;
        delete e.decisions;
        delete e.visits;
      });
    }
    return outcome;
  };

  const consent = async (c: unknown): Promise<Outcome<unknown>> => {
    if (c !== undefined) {
      if (!isConsent(c)) return wrong("consent: want {measure, personalize}");
      const ran = shelf.read()?.kept;
      if (stopped && !ran) return refusal();
      const { measure, personalize } = c;
      said = { measure, personalize };
      const none = !any(c);
      shelf.change((e) => {
        delete e.consent;
        delete e.erase;
        // In mode ask a refusal leaves nothing behind; where consent is assumed it is all that is kept.
        if (remembers && (!none || tag.mode === "assumed")) e.consent = said!;
        if (!personalize) delete e.decisions;
        if (!measure) delete e.visits;
        if (none && ran) e.erase = true;
      });
      doc.dispatchEvent(new page.CustomEvent("dunlin:consent", { detail: state() }));
      // Nothing runs on this page, but the next one goes by what was said.
      if (stopped) return refusal();
      const applied = apply();
      // Giving takes effect when the page is idle; of refusing the visitor wants to know that it is done.
      if (none && !(await applied).ok) return applied;
    }
    return { ok: true, value: state() };
  };
  const call = async (name: string, args: unknown[]): Promise<Outcome<unknown>> => {
    if (name === "consent") return consent(args[0]);
    if (name === "go") {
      // Whatever becomes of the assignment, the visitor goes on, and soon.
      const told = call("assigned", args.slice(1)).catch(() => 0);
      await Promise.race([told, new Promise((on) => page.setTimeout(on, 800))]);
      page.location.assign(args[0] as string);
      return done;
    }
    if (name === "debug") {
      // What is about to run is waited for; what does not run says so at once.
      const run = !stopped && (begun || any(may())) ? await engine : undefined;
      return { ok: true, value: run ? await run.debug() : debug() };
    }
    if (!any(may())) {
      if (name !== "forget" || stopped) return refusal();
      shelf.change((e) => {
        delete e.decisions;
        if (e.kept) e.erase = true;
      });
      return apply();
    }
    const run = await engine;
    if (!run) return refusal();
    return run.call(name, args);
  };

  /** Another page may have heard the visitor's word. */
  const hear = (): void => {
    const before = JSON.stringify(may());
    const now = shelf.read();
    if (remembers && !now?.erase) said = now?.consent;
    // What a start notes goes by erasing alone.
    else if (now?.erase || (started && !now?.kept)) said = NONE;
    if (JSON.stringify(may()) !== before) void apply();
  };
  page.addEventListener("storage", hear);
  // In the browser's memory a page hears nothing of other tabs, nor of the page after it.
  page.addEventListener("pageshow", (event) => event.persisted && hear());
  // Consent that was assumed, until the browser began to signal otherwise.
  if (remembers && !stopped && !any(may()) && entry?.kept) shelf.change((e) => (e.erase = true));
  void apply();

  const guarded =
    (name: string): Call =>
    (...args) =>
      call(name, args).catch((fault: unknown) => wrong(`${fault as Error}`));
  return Object.fromEntries(CALLS.map((name) => [name, guarded(name)]));
}

/** The variant that the page's address forces on a slot: `?dunlin-preview=hero:sale,footer:plain`. */
function forced(search: string, slot: string): Decision | undefined {
  const variant = new URLSearchParams(search).get("dunlin-preview")?.match(`(?:^|,)${slot}:([^,]*)`)?.[1];
  return variant === undefined ? variant : { slot, variant, first: false, forced: true };
}

function wrong(say: string): Outcome<never> {
  return { ok: false, why: "input", say };
}
