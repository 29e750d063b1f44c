/**
 * The page's state in its address: `#/slots?days=90&lang=zh&slot=hero`. Everything is
 * behind the number sign, so that any static server can serve the dashboard and no
 * log holds what was looked at.
 *
 * @module
 */
import type { Interval } from "./figures.ts";
import { languages, type Language } from "./language.ts";

/** The pages behind the sign-in, in the order of the navigation. */
export const views = ["overview", "audience", "funnel", "slots", "spending", "sorts", "privacy"] as const;

/** One of {@link views}. */
export type View = (typeof views)[number];

/** The chosen dates: the last n days up to the newest release, or two days of one's own (both counted). */
export type Span = { readonly days: number } | { readonly from: string; readonly to: string };

/** What the address says. */
export interface Place {
  readonly view: View;
  readonly span: Span;
  /** As the address asks, if it does; otherwise the browser's. */
  readonly language: Language | undefined;
  readonly interval: Interval;
  /** The segment in focus; empty: the whole site. */
  readonly segment: string;
  /** The slot in focus; empty: the first. */
  readonly slot: string;
}

/** Where one begins. */
export const start: Place = { view: "overview", span: { days: 30 }, language: undefined, interval: "both", segment: "", slot: "" };

/** Longest span of days that an address may ask for: ten years. */
const longest = 3660;

/** Reads a day as YYYY-MM-DD; undefined if there is no such day. */
export function day(text: string | null): string | undefined {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const when = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(when.getTime()) && when.toISOString().startsWith(text) ? text : undefined;
}

/** The day that many days after (or, below 0, before). */
export function shift(from: string, days: number): string {
  return new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Reads an address's fragment. What it does not say, or says wrongly, is as at the start. */
export function parsePlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const asked = new URLSearchParams(query);
  const from = day(asked.get("from"));
  const to = day(asked.get("to"));
  const days = Number(asked.get("days"));
  let span = start.span;
  if (from && to && from <= to) span = { from, to };
  else if (Number.isInteger(days) && days >= 1 && days <= longest) span = { days };
  return {
    view: views.find((view) => view === path) ?? start.view,
    span,
    language: languages.find((language) => language === asked.get("lang")),
    interval: asked.get("interval") === "noise" ? "noise" : "both",
    segment: asked.get("segment") ?? "",
    slot: asked.get("slot") ?? "",
  };
}

/** Writes an address's fragment; what is as at the start is left out. */
export function formatPlace(place: Place): string {
  const asked = new URLSearchParams();
  if ("from" in place.span) {
    asked.set("from", place.span.from);
    asked.set("to", place.span.to);
  } else if (!("days" in start.span) || place.span.days !== start.span.days) {
    asked.set("days", String(place.span.days));
  }
  if (place.interval !== start.interval) asked.set("interval", place.interval);
  if (place.segment) asked.set("segment", place.segment);
  if (place.slot) asked.set("slot", place.slot);
  if (place.language) asked.set("lang", place.language);
  const query = asked.toString();
  return `#/${place.view}${query ? `?${query}` : ""}`;
}

/**
 * The one-time token of a sign-in link, `#/sign-in/TOKEN`.
 *
 * @returns undefined for any other address
 */
export function signInToken(hash: string): string | undefined {
  return /^#\/sign-in\/([A-Za-z0-9._~-]{8,512})(?:\?|$)/.exec(hash)?.[1];
}

/**
 * The dates to ask the console for.
 *
 * @param first - day of the oldest release, which no preset goes behind
 * @param last - day of the newest release, at which presets end; empty where there is none
 * @returns undefined where nothing says what the newest day is
 */
export function datesOf(span: Span, first: string, last: string): { from: string; to: string } | undefined {
  if ("from" in span) return span;
  if (!last) return undefined;
  const from = shift(last, 1 - span.days);
  return { from: from < first ? first : from, to: last };
}
