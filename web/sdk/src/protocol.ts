/**
 * What the page's script and the Worker say to each other: structured clones over
 * postMessage, no other channel. The page's side (loader and its modules) knows names
 * alone; the Worker's side knows the plan, the module and the visitor's state.
 *
 * Every request is answered once, by its id, and never with an exception: an
 * {@link Outcome} says what came of it.
 *
 * @module
 */

/** The visitor's two consents. Each is refused until it is given. */
export interface Consent {
  /** Reports may be made and sent. */
  readonly measure: boolean;
  /** The device may learn and choose. */
  readonly personalize: boolean;
}

/** Why something was not done; `dunlin.debug()` shows them. Branch on `why`, show `say`. */
export type Why =
  | "off" // no consent: nothing runs
  | "bot" // automation, or never visible
  | "owner" // the owner's own browser
  | "no-worker" // Worker or WebAssembly missing, or the Worker's file did not load
  | "storage" // IndexedDB denied, full or damaged
  | "no-lock" // another tab is the writer; events wait for it to end or hide
  | "network" // plan, priors or module could not be fetched
  | "plan-signature" // the plan is not signed by the officer's key in the snippet
  | "no-ed25519" // this browser cannot verify the signature: nothing is sent
  | "plan" // the module refuses the plan; `code` says why
  | "module" // the module's bytes are not those that the script pins, or it trapped
  | "not-in-plan" // event, topic, slot, attribute or variant that the plan has not
  | "refused" // the module refused; `code` says why (package abi's codes)
  | "input"; // a call with arguments of another shape

/** What came of a call. Public calls never throw into the page. */
export type Outcome<T = undefined> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: Why; readonly code?: number; readonly say: string };

/** Third of the catalogue's prices that an item lies in. */
export type Tier = "low" | "middle" | "high";

/** What an order was, beside its value. */
export interface Bought {
  /** In the site's currency. */
  readonly value: number;
  readonly items?: number;
  /** What a coupon took off, in the site's currency. */
  readonly discount?: number;
  /** A kind of payment of the plan. */
  readonly payment?: string;
  readonly tier?: Tier;
}

/** One thing that happened on the page, by the plan's names. Unknown topics are left out. */
export type PageEvent =
  | { readonly kind: "view" | "cart"; readonly topics: readonly string[]; readonly item?: string; readonly tier?: Tier }
  | { readonly kind: "click"; readonly topics: readonly string[]; readonly slot?: string }
  | { readonly kind: "dwell"; readonly topics: readonly string[]; readonly seconds: number }
  | ({ readonly kind: "order"; readonly topics: readonly string[] } & Bought)
  // An order of before, as a signed-in page hands it over: oldest first.
  | ({ readonly kind: "history"; readonly topics: readonly string[]; readonly age: number } & Bought)
  | { readonly kind: "refund"; readonly topics: readonly string[]; readonly value: number }
  | { readonly kind: "custom"; readonly name: string }
  | { readonly kind: "exposure"; readonly slot: string; readonly variant: string }
  | { readonly kind: "assign"; readonly campaign: string; readonly arm: string }
  | { readonly kind: "declare"; readonly attribute: string; readonly value: boolean | number | string }
  // The Worker takes the plan's topics from the words, and forgets them before anything is kept.
  | { readonly kind: "search"; readonly topics: readonly string[]; readonly words?: string }
  | {
      readonly kind: "social";
      readonly act: "like" | "share" | "comment" | "follow";
      readonly network?: string;
      /** Of a comment's text, judged and forgotten on the page. */
      readonly sentiment?: "negative" | "neutral" | "positive";
      readonly topics: readonly string[];
    }
  | { readonly kind: "media"; readonly quarter: number; readonly topics: readonly string[] } // 0 begun, 4 to the end
  | {
      readonly kind: "attempt";
      readonly skill: string;
      readonly item: string;
      readonly difficulty: number; // logit
      readonly right: boolean;
      readonly topics: readonly string[];
    }
  // Channel, device and region by the names of docs/embed.md; minutes east of UTC.
  | {
      readonly kind: "arrive";
      readonly channel: string;
      readonly device: string;
      readonly region: string;
      readonly page?: string;
      readonly offset: number;
    }
  | { readonly kind: "asked"; readonly survey: string }
  | { readonly kind: "answer"; readonly survey: string; readonly value: number | string | readonly string[] }
  | { readonly kind: "listed"; readonly list: string; readonly items: readonly string[] }
  | { readonly kind: "picked"; readonly list: string; readonly item: string; readonly topics: readonly string[] }
  | { readonly kind: "reached"; readonly message: string; readonly channel: string }
  | { readonly kind: "responded"; readonly message: string };

/** What the device goes by of a catalogue's item. What is missing or of another kind is taken for nothing. */
export interface CatalogueItem {
  readonly id: string;
  readonly topics?: readonly string[];
  readonly price?: number; // in the site's currency
  readonly added?: string; // YYYY-MM-DD
  readonly skill?: string; // of the plan, in a list of exercises
  readonly difficulty?: number; // logit: 0 is solved by half
}

/** Why a list offers an item: package recommend's reasons. */
export type PickReason = "viewed" | "interest" | "popular" | "new" | "price" | "page" | "level" | "next";

/** What a list offers, best first. */
export interface Picks {
  readonly list: string;
  readonly picks: readonly { readonly id: string; readonly reason: PickReason; readonly topic: string }[];
}

/** Why a list offered what it offered last; the parts of a score sum up to it. */
export interface WhyList {
  readonly list: string;
  readonly picks: readonly (Picks["picks"][number] & {
    readonly score: number;
    readonly interest: number; // and fitness to the page
    readonly popular: number; // and what follows on the page at hand
    readonly price: number; // of exercises: how near they are to what the visitor can do
    readonly fresh: number;
    readonly rotation: number; // 0 or less
  })[];
}

/** Why a message would reach the visitor as it would, now. */
export interface WhyMessage extends ReachAnswer {
  readonly message: string;
}

/** How and when a message may reach the visitor. */
export interface ReachAnswer {
  /** Channel of the plan; empty if the message is not to be shown. */
  readonly channel: string;
  /** Unix seconds from when it suits; not after now: now. */
  readonly at: number;
  /** What the channel goes by, or why there is none. */
  readonly why: "own" | "everyone" | "order" | "holdout" | "not-for" | "capped";
  /** The hour goes by the visitor's own habit. */
  readonly habit: boolean;
  /** It is put off by quiet hours. */
  readonly quiet: boolean;
}

/** A survey that may be asked now. */
export interface SurveyAsk {
  readonly name: string;
  readonly kind: "csat" | "nps" | "one" | "multi";
  readonly answers: readonly string[];
}

/** What starts the Worker. */
export interface Start {
  /** Folder of the script: all else is fetched from below it. Ends in "/". */
  readonly base: string;
  /** Name of the collector's API below base, "v1" by default. */
  readonly api: string;
  /** The site, for a collector that serves several; empty otherwise. */
  readonly site: string;
  /** The officer's public key, dunlin-officer1…, as the snippet pins it. */
  readonly officer: string;
  readonly consent: Consent;
  /** Seconds that the device's clock is ahead of the browser's: 0 but on loopback. */
  readonly clock: number;
  /** As the tag says it: a consent that was only assumed yields to the browser's signal. */
  readonly mode?: "ask" | "site" | "assumed";
}

/** How a slot was decided: see package choose's reasons. */
export type Reason = "sampled" | "explored" | "holdout" | "ineligible" | "capped" | "resting" | "excluded";

/** What a slot shows. */
export interface Choice {
  readonly slot: string;
  readonly variant: string;
  readonly reason: Reason;
  /**
   * The variant is the plan's first, that is the slot's default content: the next page must know
   * before it is parsed, to wait for a `<template>` or not. Absent: it is another one.
   */
  readonly first?: boolean;
}

/** One option of a decision, for the visitor's eyes. */
export interface WhyOption {
  readonly variant: string;
  readonly prior: number; // everyone's rate in the visitor's group
  readonly shown: number; // own trials, faded
  readonly won: number; // own successes, faded
  readonly match: number; // with the visitor's interests, 0 to 1
  readonly mean: number; // what both amount to
  readonly draw: number; // the rate drawn; 0 if none was
  readonly value: number;
}

/** Why a slot shows what it shows. It is the visitor's: the page must not send it anywhere. */
export interface WhyChoice extends Choice {
  readonly segment: string;
  readonly kept: boolean;
  readonly options: readonly WhyOption[];
}

/** One cell of the visitor's own report that is 1. */
export interface ClearCell {
  readonly metric: string; // "present" for the cell that is always 1
  readonly segment: string; // empty where the metric is site-wide
  readonly column: string; // stage, arm, variant or "holdout"; empty where it has none
}

/** The running period's report before it is shared and noised. */
export interface ClearReport {
  readonly date: string; // of the period, YYYY-MM-DD
  readonly end: number; // of the period, Unix seconds
  readonly cells: number; // all of them
  readonly ones: readonly ClearCell[];
  readonly weight: number;
  readonly sigma2: number;
  /** Revision of the last report made in this period; 0 if none was. */
  readonly revision: number;
}

/** How a request was not met. */
export interface Unmet {
  readonly status: number; // 0: no answer
  /** What the answer says of time: the headers Retry-After and Date. */
  readonly after?: string | null;
  readonly date?: string | null;
}

/** What the device knows of the visitor under a variable of the plan's; null: it is not observed. */
export interface Fact {
  readonly name: string; // affinity.TOPIC and ability.SKILL for those of topics and skills
  readonly value: number | string | boolean | null;
  /** Of an attribute: what may be declared. */
  readonly kind?: "flag" | "number" | "choice";
  readonly values?: readonly string[] | null;
}

/** An interest: its five sums, faded to now, which halve in 7, 14, 21, 30 and 60 days. */
export interface Interest {
  readonly topic: string;
  readonly sums: readonly [number, number, number, number, number];
}

/** All that the device knows, by the plan's names: for the visitor's eyes. */
export interface Facts {
  readonly segment: string; // the visitor's now
  readonly variables: readonly Fact[];
  readonly attributes: readonly Fact[];
  readonly interests: readonly Interest[];
  /** What `why` can be asked of. */
  readonly places: {
    readonly slots: readonly string[];
    readonly campaigns: readonly string[];
    readonly lists: readonly string[];
    readonly messages: readonly string[];
  };
}

/** What was spent of the privacy budget, and what may be at most, nano-rho (zCDP). */
export interface Budget {
  readonly today: number;
  readonly month: number; // rolling 30 days
  readonly year: number; // rolling 365 days
  readonly capToday: number;
  readonly capMonth: number;
  readonly reports: number; // dates of those 30 that have one
}

/** Sealed bytes that are ready to be sent, once. */
export interface Ready {
  readonly url: string;
  readonly bytes: ArrayBuffer;
  readonly revision: number;
  readonly date: string;
  readonly end: number; // Unix seconds, by the device's clock: after it they are refused
}

/** What `dunlin.debug()` says, beside what the page's side adds. */
export interface WorkerDebug {
  readonly stage: "starting" | "waiting" | "running" | "stopped"; // waiting: for the lock
  readonly trouble: readonly { readonly why: Why; readonly code?: number; readonly say: string }[];
  readonly plan: { readonly digest: string; readonly serial: number; readonly site: string } | null;
  readonly priors: string | null; // SHA-256
  readonly module: string; // SHA-256 that the script pins
  readonly stateBytes: number;
  readonly encrypted: boolean;
  readonly revision: number;
  /** Milliseconds from the Worker's start. */
  readonly times: { readonly module?: number; readonly plan?: number; readonly decision?: number; readonly ready?: number };
}

/** Page to Worker. */
export type Request =
  | { readonly id: number; readonly do: "start"; readonly with: Start }
  | { readonly id: number; readonly do: "consent"; readonly consent: Consent } // refused both: erase and stop
  | { readonly id: number; readonly do: "track"; readonly event: PageEvent; readonly at: number } // at: Date.now()
  | { readonly id: number; readonly do: "choose"; readonly slot: string } // Outcome<Choice>
  | { readonly id: number; readonly do: "why"; readonly slot: string } // Outcome<WhyChoice | WhyList | WhyMessage>
  | { readonly id: number; readonly do: "report" } // Outcome<ClearReport>
  | {
      readonly id: number;
      readonly do: "list"; // Outcome<Picks>
      readonly list: string;
      readonly items: readonly CatalogueItem[]; // of the whole catalogue
      readonly topics: readonly string[]; // of the page
      readonly current?: string; // the item that the page is about
    }
  | { readonly id: number; readonly do: "reach"; readonly message: string } // Outcome<ReachAnswer>
  | { readonly id: number; readonly do: "surveys"; readonly exit: boolean } // Outcome<SurveyAsk[]>
  | { readonly id: number; readonly do: "facts" } // Outcome<Facts>
  | { readonly id: number; readonly do: "budget" } // Outcome<Budget>
  | { readonly id: number; readonly do: "journal" } // Outcome<Journal>
  | { readonly id: number; readonly do: "erase"; readonly variable: string } // one fact and what it rests on
  | { readonly id: number; readonly do: "pause"; readonly paused?: boolean } // Outcome<{paused}>; without it: whether it does
  | { readonly id: number; readonly do: "export"; readonly passphrase: string } // Outcome<{file: Uint8Array}>
  | { readonly id: number; readonly do: "import"; readonly passphrase: string; readonly file: Uint8Array } // codes: carry.ts
  | { readonly id: number; readonly do: "forget" }
  | { readonly id: number; readonly do: "debug" } // Outcome<WorkerDebug>
  // The ready bytes of a revision left the page: make the next revision. `failed`: keep them for the next page.
  | { readonly id: number; readonly do: "sent"; readonly revision: number }
  // What stays in IndexedDB for an unconfirmed revision may go.
  | { readonly id: number; readonly do: "confirmed"; readonly revision: number }
  // The kept bytes of an earlier page, if their period is still open: Outcome<Ready | null>.
  | { readonly id: number; readonly do: "unsent" }
  // The tab is hidden: store everything and give the lock up; shown: ask for it again.
  | { readonly id: number; readonly do: "hide" }
  | { readonly id: number; readonly do: "show" };

/** Worker to page, unasked. */
export type Notice =
  | { readonly tell: "ready"; readonly ready: Ready } // replaces ready bytes told before
  | { readonly tell: "unready" } // bytes told before must not be sent any more
  | { readonly tell: "decisions"; readonly choices: readonly Choice[] } // of all slots, for this page and the next
  // Of plan or module with how they were not met: the page has it begin again, later, by telling the consent anew.
  | ({ readonly tell: "trouble"; readonly why: Why; readonly say: string } & Partial<Unmet>);

/** Worker to page, in answer to a request. */
export interface Answer {
  readonly id: number;
  readonly outcome: Outcome<unknown>;
}
