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
};

/**
 * Makes the event of `dunlin.track`, and of an element that the site has marked.
 *
 * @param topics Of the page, for events that name none.
 * @throws TypeError if the details name topics that are no list of texts.
 */
export function toEvent(name: string, details: unknown, topics: readonly string[]): PageEvent {
  const { topics: own, value, slot, variant } = (details ?? {}) as Record<string, unknown>;
  if (name === "exposure") return { kind: name, slot, variant } as PageEvent;
  if (!/^(view|click|cart|order)$/.test(name)) return { kind: "custom", name };
  // A click inside a slot is about what was shown there, and the device knows that.
  const about = (own ?? (slot ? [] : topics)) as readonly string[];
  return { kind: name, topics: about.map((topic) => topic.toLowerCase()), value, slot } as PageEvent;
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
      return { do: "track", event: { kind: name, campaign: a, arm: b }, at };
    case "choose":
    case "why":
      return { do: name, slot: a };
    default:
      return { do: name, ...(a as unknown as object) } as Ask;
  }
}
