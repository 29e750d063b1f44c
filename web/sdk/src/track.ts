/**
 * From a public call to an event.
 *
 * @module
 */

import type { PageEvent } from "./protocol";

/**
 * Makes the event of `dunlin.track`.
 *
 * @param topics Of the page, for events that name none.
 * @returns the event, or a sentence on what is wrong with the arguments.
 */
export function toEvent(name: unknown, details: unknown, topics: readonly string[]): PageEvent | string {
  if (typeof name !== "string" || !name) return "track: want an event's name";
  if (details !== undefined && (typeof details !== "object" || !details)) return "track: want details as an object";
  const d = (details ?? {}) as { topics?: unknown; value?: unknown; slot?: unknown; variant?: unknown };
  let about = topics;
  if (d.topics !== undefined) {
    if (!Array.isArray(d.topics) || !d.topics.every((t) => typeof t === "string")) return "track: want topics as a list of texts";
    about = d.topics.map((t: string) => t.toLowerCase());
  }
  switch (name) {
    case "view":
    case "cart":
      return { kind: name, topics: about };
    case "click":
      if (d.slot === undefined) return { kind: name, topics: about };
      return typeof d.slot === "string"
        ? { kind: name, topics: d.topics === undefined ? [] : about, slot: d.slot }
        : "track: want slot as a text";
    case "order":
      if (typeof d.value !== "number" || !(d.value >= 0 && d.value < Infinity)) return "track: an order wants a value of 0 or more";
      return { kind: name, topics: about, value: d.value };
    case "exposure":
      if (typeof d.slot !== "string" || typeof d.variant !== "string") return "track: an exposure wants slot and variant as texts";
      return { kind: name, slot: d.slot, variant: d.variant };
    default:
      return { kind: "custom", name };
  }
}
