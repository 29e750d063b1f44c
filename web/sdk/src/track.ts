/**
 * From a public call to what the Worker is asked. What the plan's names and values may be
 * the Worker knows; here only the shape is looked at.
 *
 * @module
 */

import type { Ask } from "./link";
import type { PageEvent } from "./protocol";

/** What a call must be given; the first is a text. */
const WANTS: Readonly<Record<string, string>> = {
  track: "event",
  choose: "slot",
  why: "slot",
  declare: "attribute, value",
  assign: "campaign, arm",
  assigned: "campaign, arm",
  reach: "message",
};

/** Most topics that an event may name, and the longest text that is looked at. */
const MOST = 64;
const LONGEST = 1000;

/** Details that an event takes beside its topics; all else is left out. */
const TAKES: Readonly<Record<string, string>> = {
  view: "item tier",
  cart: "item tier",
  click: "slot",
  order: "value items discount payment tier",
  history: "age value items discount payment tier",
  refund: "value",
  search: "",
  media: "quarter",
  attempt: "skill item difficulty right",
};

/** Events that name other things than topics. */
const OTHER: Readonly<Record<string, string>> = {
  exposure: "slot variant",
  asked: "survey",
  answer: "survey value",
  listed: "list items",
  reached: "message channel",
  responded: "message",
};

/** Details that an event takes, beside its topics; undefined for an event of the plan's own. */
const takesOf = (name: string): string | undefined =>
  OTHER[name] ?? (name === "picked" ? "list item" : /^(like|share|comment|follow)$/.test(name) ? "network sentiment" : TAKES[name]);

/** What of an event's details is left out, for `dunlin.debug()`; empty if nothing is. */
export function leftOut(name: string, details: unknown): string {
  const takes = `topics ${takesOf(name) ?? ""}`.split(" ");
  const lost = Object.keys(Object(details) as object).filter((key) => !takes.includes(key));
  return lost.length ? `${name}: takes no ${lost.join(", ")}`.slice(0, LONGEST / 4) : "";
}

/**
 * Makes the event of `dunlin.track`, and of an element that the site has marked.
 *
 * @param topics Of the page, for events that name none.
 * @throws TypeError if the details name topics that are no list of texts.
 */
export function toEvent(name: string, details: unknown, topics: readonly string[]): PageEvent {
  const given = (details ?? {}) as Readonly<Record<string, unknown>>;
  const take = (names: string) => Object.fromEntries(names.split(" ").flatMap((n) => (given[n] === undefined ? [] : [[n, given[n]]])));
  const takes = takesOf(name);
  if (takes && OTHER[name]) return { kind: name, ...take(takes) } as PageEvent;
  const social = takes === "network sentiment";
  if (takes === undefined) return { kind: "custom", name: name.slice(0, LONGEST) };
  // A click inside a slot is about what was shown there, and the device knows that.
  const about = (given["topics"] ?? (given["slot"] ? [] : topics)) as readonly string[];
  const kind = social ? { kind: "social", act: name } : { kind: name };
  return { ...kind, topics: about.map((topic) => topic.toLowerCase().slice(0, LONGEST)).slice(0, MOST), ...take(takes) } as PageEvent;
}

/**
 * Makes the request of a call; all but `consent` and `debug`.
 *
 * @param topics Of the page.
 * @param at Unix ms.
 * @returns the request, or a sentence on what is wrong with the arguments.
 */
export function toRequest(name: string, args: readonly unknown[], topics: readonly string[], at: number): Ask | string {
  const wants = WANTS[name];
  const [a, b] = args as [string, string];
  if (wants && (typeof a !== "string" || (wants.includes(",") && b === undefined))) return `${name}: want ${wants}`;
  switch (name) {
    case "track":
      return { do: name, event: toEvent(a, b, topics), at };
    case "declare":
      return { do: "track", event: { kind: name, attribute: a, value: b }, at };
    case "assign":
    case "assigned":
      return { do: "track", event: { kind: "assign", campaign: a, arm: b }, at };
    case "choose":
    case "why":
      return { do: name, slot: a };
    case "reach":
      return { do: name, message: a };
    default:
      return { do: name, ...(a as unknown as object) } as Ask;
  }
}
