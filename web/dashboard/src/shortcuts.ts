/**
 * Keys that do what the date bar does, as users of other analytics know them.
 *
 * @module
 */
import { beside, datesOf, type Place, type Span } from "./location.ts";

/** Keys and the dates that they choose. */
export const spans: Readonly<Record<string, Span>> = {
  d: { preset: "last" },
  e: { preset: "before" },
  w: { days: 7 },
  f: { days: 28 },
  t: { days: 30 },
  n: { days: 91 },
  m: { preset: "month" },
  p: { preset: "last-month" },
  y: { preset: "year" },
  l: { preset: "12-months" },
  a: { preset: "all" },
};

/** What a key asks for: another place, or something on the page. */
export type Asked = { readonly change: Partial<Place> } | "dates" | "segment" | "help" | undefined;

/**
 * What a key asks for.
 *
 * @param key - as the event names it
 * @param first - day of the oldest release
 * @param last - day of the newest; empty: there is none
 * @param step - days of a period
 */
export function asked(key: string, place: Place, first: string, last: string, step = 1): Asked {
  const letter = key.toLowerCase();
  const span = Object.hasOwn(spans, letter) ? spans[letter] : undefined;
  if (span) return { change: { span } };
  switch (letter) {
    case "c":
      return "dates";
    case "x":
      return { change: { compare: place.compare ? "" : "previous" } };
    case "/":
      return "segment";
    case "?":
      return "help";
    case "escape":
      return place.segment || place.value ? { change: { segment: "", value: "" } } : undefined;
    case "arrowleft":
    case "arrowright": {
      const dates = last ? datesOf(place.span, first, last, step) : undefined;
      if (!dates) return undefined;
      const next = beside(dates, letter === "arrowleft" ? -1 : 1, step);
      return next.from > last || next.to < first ? undefined : { change: { span: next } };
    }
    default:
      return undefined;
  }
}
