/**
 * The public face of the script: `window.dunlin`, the tag's attributes and the events
 * that a site may listen to. Types alone; a site that writes TypeScript copies this file,
 * protocol.ts and visit.ts.
 *
 * No call throws and no promise is rejected: an {@link Outcome} says what came of it, and
 * `why` of a refusal is one of {@link Why}. Nothing that a call answers may be sent
 * anywhere: it is the visitor's.
 *
 * @module
 */

import type { Ask } from "./link";
import type { Choice, ClearReport, Consent, Outcome, ReachAnswer, Why, WhyChoice, WhyList, WhyMessage, WorkerDebug } from "./protocol";
import type { Visits } from "./visit";

/**
 * Who asks the visitor, as `consent` in dunlin.yaml and `data-dunlin-consent` in the tag.
 *
 * `ask`: nothing runs until {@link Dunlin.consent} was told so; that is remembered.
 * `site`: the site tells it on every page; not remembered.
 * `assumed`: both are given until the visitor refuses; the refusal is remembered.
 */
export type Mode = "ask" | "site" | "assumed";

/** What holds for this page. */
export interface ConsentState extends Consent {
  readonly mode: Mode;
  /** The visitor, or in mode `site` the site, has said so. False: it follows from mode and signal. */
  readonly said: boolean;
  /** Global Privacy Control is on: both count as refused unless they were given by a call. */
  readonly signal: boolean;
}

/** What `track` may be told beside the event's name. */
export interface Details {
  /** Topics that it is about; those of the page if left out. Topics that the plan has not are ignored. */
  readonly topics?: readonly string[];
  /** Of an `order` or `refund`: its value in the site's currency; of an `answer` what was answered. */
  readonly value?: number | string | readonly string[];
  /** Of a `view` or `cart`: the item by its id in the catalogue, and the third of prices it lies in. */
  readonly item?: string;
  readonly tier?: "low" | "middle" | "high";
  /** Of an `order`: how many items, what a coupon took off, and the kind of payment. */
  readonly items?: number | readonly string[];
  readonly discount?: number;
  readonly payment?: string;
  /** Of a `history` order: how many seconds ago it was. */
  readonly age?: number;
  /** Of `like`, `share`, `comment`, `follow`. */
  readonly network?: string;
  readonly sentiment?: "negative" | "neutral" | "positive";
  /** Of an `attempt`: skill, difficulty in logits, and whether it was right. */
  readonly skill?: string;
  readonly difficulty?: number;
  readonly right?: boolean;
  /** Of `media`: 0 begun to 4 to the end. */
  readonly quarter?: number;
  /** Of `listed` and `picked`, `asked` and `answer`, `reached` and `responded`. */
  readonly list?: string;
  readonly survey?: string;
  readonly message?: string;
  readonly channel?: string;
  /** Of a `click` or `exposure`: the slot that it was in. */
  readonly slot?: string;
  /** Of an `exposure`: the variant that was shown, for pages that draw slots themselves. */
  readonly variant?: string;
}

/** A slot of this page. */
export interface SlotDebug {
  readonly name: string;
  /** Variant of the template that is shown; empty for the default content. */
  readonly shown: string;
  /** Variant that the device decided on, for this page; empty if it had not. */
  readonly decided: string;
  /** Its exposure was reported to the device on this page. */
  readonly exposed: boolean;
}

/** What is known of sending: places used, as visit.ts counts them, and reports. */
export interface SendDebug extends Visits {
  /** Ready bytes in the page's hands. */
  readonly ready: { readonly revision: number; readonly date: string; readonly bytes: number } | null;
  /** Reports that left this page, and the HTTP status of the last answer; 0 if there was none. */
  readonly sent: number;
  readonly status: number;
}

/** What {@link Dunlin.debug} answers. */
export interface Debug {
  readonly consent: ConsentState;
  /** Why nothing runs, if nothing does: `off`, `bot`, `owner`, `storage`, `input`, `no-worker`, `network`. */
  readonly why: Why | "";
  /** Of this page; empty as long as nothing runs. */
  readonly slots: readonly SlotDebug[];
  readonly sends: SendDebug | null;
  readonly trouble: readonly { readonly why: Why; readonly say: string }[];
  readonly worker: WorkerDebug | null;
}

/** `window.dunlin`. */
export interface Dunlin {
  /**
   * Tells the device that something happened.
   *
   * @param event `view`, `click`, `cart`, `order`, `exposure`, or an event of the plan's own.
   */
  track(event: string, details?: Details): Promise<Outcome>;
  /** What the device picks for a slot, or for a campaign whose arm it picks. */
  choose(slot: string): Promise<Outcome<Choice>>;
  /**
   * With an argument: what the visitor said, measuring and personalizing apart. Refusing both
   * erases what is kept. Without: what holds.
   */
  consent(consent?: Consent): Promise<Outcome<ConsentState>>;
  /**
   * Why a slot or chosen campaign shows what it shows, a list offered what it offered last, a
   * message would come as it would. For the visitor's eyes.
   */
  why(name: string): Promise<Outcome<WhyChoice | WhyList | WhyMessage>>;
  /** The running period's report in the clear. For the visitor's eyes. */
  report(): Promise<Outcome<ClearReport>>;
  /** Erases what the device has learnt; it begins anew under the same consent. */
  forget(): Promise<Outcome>;
  debug(): Promise<Outcome<Debug>>;
  /** By which channel of the plan a message may reach the visitor, from when, and why. */
  reach(message: string): Promise<Outcome<ReachAnswer>>;
  /** Tells which arm was given, waits until that is stored, at most 0.8 s, and goes to the address. */
  go(url: string, campaign: string, arm: string): Promise<Outcome>;
  /** Hands over an attribute of the plan. */
  declare(attribute: string, value: boolean | number | string): Promise<Outcome>;
  /**
   * What a visitor asks of the device, or corrects, beside the calls above: what it knows,
   * what was sent, what it cost, pausing, erasing one fact, carrying a profile.
   * `<dunlin-privacy>` is made of it.
   */
  ask<T>(request: VisitorsAsk): Promise<Outcome<T>>;
  /** Says which arm of a campaign the site gave this visitor, or applied. */
  assign(campaign: string, arm: string): Promise<Outcome>;
}

/** What {@link Dunlin.ask} takes; protocol.ts says what each answers. */
export type VisitorsAsk = Extract<Ask, { do: "facts" | "budget" | "journal" | "erase" | "pause" | "export" | "import" }>;

/** A call made before the script ran: name, then arguments. */
export type Early = readonly [name: keyof Dunlin, ...args: unknown[]];

/**
 * What a page may write before the tag:
 * `window.dunlin = window.dunlin || { q: [] }; dunlin.q.push(["track", "cart"])`.
 * The calls are made in order once the script runs; their outcomes go nowhere.
 */
export interface Stub {
  readonly q: Early[];
}

/** Events of the document: `dunlin:consent`; of a slot, bubbling: `dunlin:applied`. */
export interface DunlinEvents {
  "dunlin:consent": CustomEvent<ConsentState>;
  "dunlin:applied": CustomEvent<{ readonly slot: string; readonly variant: string }>;
}
