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
export const views = ["overview", "answers", "audience", "funnel", "slots", "loop", "spending", "sorts", "privacy", "notes"] as const;

/** One of {@link views}. */
export type View = (typeof views)[number];

/** The chosen dates: the last n days up to the newest release, or two days of one's own (both counted). */
export type Span = { readonly days: number } | { readonly preset: Preset } | { readonly from: string; readonly to: string };

/**
 * Dates by name, all as of the newest release: that one, the one before, its month so far,
 * the month before, its year so far, twelve months, everything.
 */
export const presets = ["last", "before", "month", "last-month", "year", "12-months", "all"] as const;

/** One of {@link presets}. */
export type Preset = (typeof presets)[number];

/** How finely series may go over time. */
export const grains = ["", "week", "month"] as const;

/** One of {@link grains}. */
export type Grain = (typeof grains)[number];

/** What a range is compared with. */
export const comparisons = ["", "previous", "year"] as const;

/** One of {@link comparisons}: nothing, the dates before of the same length, those of the year before. */
export type Comparison = (typeof comparisons)[number];

/** What the address says. */
export interface Place {
  readonly view: View;
  readonly span: Span;
  readonly compare: Comparison;
  /** How finely series go over time: by release, or sums of weeks or months. */
  readonly grain: Grain;
  /** As the address asks, if it does; otherwise the browser's. */
  readonly language: Language | undefined;
  readonly interval: Interval;
  /** The site, of a console of several; empty: the first that the reader may see. */
  readonly site: string;
  /** The segment in focus; empty: the whole site. */
  readonly segment: string;
  /** The slot in focus; empty: the first. */
  readonly slot: string;
  /** The value of a distribution in focus, `KIND NAME:VALUE`; empty: none. */
  readonly value: string;
  /** The panel whose whole table lies over the page, by its file's name; empty: none. */
  readonly detail: string;
  /** What campaigns cost, as the analyst says: FROM~TO~AMOUNT~MARGIN~NAME each. */
  readonly costs: readonly string[];
}

/** Where one begins. */
export const start: Place = {
  view: "overview",
  span: { days: 30 },
  compare: "",
  grain: "",
  language: undefined,
  interval: "both",
  site: "",
  segment: "",
  slot: "",
  value: "",
  detail: "",
  costs: [],
};

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

/** As many costs as the console takes. */
const mostCosts = 16;

/** What something cost. */
export interface Cost {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  readonly margin: number; // of revenue, above 0, at most 1
  readonly name: string;
}

/** Reads a cost; undefined if it is none. */
export function cost(text: string): Cost | undefined {
  const [from, to, amount, margin, ...name] = text.split("~");
  const read = { from: day(from ?? null), to: day(to ?? null), amount: Number(amount), margin: Number(margin), name: name.join("~") };
  if (!read.from || !read.to || read.from > read.to || !(read.amount >= 0) || !(read.margin > 0 && read.margin <= 1) || !read.name)
    return undefined;
  return { ...read, from: read.from, to: read.to };
}

/** Writes a cost. */
export function costText({ from, to, amount, margin, name }: Cost): string {
  return [from, to, amount, margin, name].join("~");
}

/** Reads an address's fragment. What it does not say, or says wrongly, is as at the start. */
export function parsePlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const asked = new URLSearchParams(query);
  const from = day(asked.get("from"));
  const to = day(asked.get("to"));
  const days = Number(asked.get("days"));
  let span = start.span;
  const preset = presets.find((name) => name === asked.get("dates"));
  if (from && to && from <= to) span = { from, to };
  else if (preset) span = { preset };
  else if (Number.isInteger(days) && days >= 1 && days <= longest) span = { days };
  return {
    view: views.find((view) => view === path) ?? start.view,
    span,
    compare: comparisons.find((name) => name === asked.get("compare")) ?? "",
    grain: grains.find((name) => name === asked.get("grain")) ?? "",
    language: languages.find((language) => language === asked.get("lang")),
    interval: asked.get("interval") === "noise" ? "noise" : "both",
    site: asked.get("site") ?? "",
    segment: asked.get("segment") ?? "",
    slot: asked.get("slot") ?? "",
    value: asked.get("value") ?? "",
    detail: asked.get("detail") ?? "",
    costs: asked
      .getAll("cost")
      .filter((text) => cost(text))
      .slice(0, mostCosts),
  };
}

/** Writes an address's fragment; what is as at the start is left out. */
export function formatPlace(place: Place): string {
  const asked = new URLSearchParams();
  if ("from" in place.span) {
    asked.set("from", place.span.from);
    asked.set("to", place.span.to);
  } else if ("preset" in place.span) {
    asked.set("dates", place.span.preset);
  } else if (!("days" in start.span) || place.span.days !== start.span.days) {
    asked.set("days", String(place.span.days));
  }
  if (place.compare) asked.set("compare", place.compare);
  if (place.grain) asked.set("grain", place.grain);
  if (place.interval !== start.interval) asked.set("interval", place.interval);
  if (place.site) asked.set("site", place.site);
  if (place.segment) asked.set("segment", place.segment);
  if (place.slot) asked.set("slot", place.slot);
  if (place.value) asked.set("value", place.value);
  if (place.detail) asked.set("detail", place.detail);
  for (const text of place.costs) asked.append("cost", text);
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
 * The token of a shared link, `#/shared/TOKEN`.
 *
 * @returns undefined for any other address
 */
export function sharedToken(hash: string): string | undefined {
  return /^#\/shared\/([A-Za-z0-9._~-]{8,512})(?:\?|$)/.exec(hash)?.[1];
}

/**
 * The dates to ask the console for.
 *
 * @param first - day of the oldest release, which no preset goes behind
 * @param last - day of the newest release, at which presets end; empty where there is none
 * @param step - days of a period: on so many releases are apart
 * @returns undefined where nothing says what the newest day is
 */
export function datesOf(span: Span, first: string, last: string, step = 1): { from: string; to: string } | undefined {
  if ("from" in span) return span;
  if (!last) return undefined;
  const [from, to] = "days" in span ? [shift(last, 1 - span.days), last] : presetDates(span.preset, first, last, step);
  return { from: from < first && first <= to ? first : from, to };
}

function presetDates(preset: Preset, first: string, last: string, step: number): [string, string] {
  const monthStart = `${last.slice(0, 8)}01`;
  switch (preset) {
    case "last":
      return [last, last];
    case "before":
      return [shift(last, -step), shift(last, -step)];
    case "month":
      return [monthStart, last];
    case "last-month": {
      const end = shift(monthStart, -1);
      return [`${end.slice(0, 8)}01`, end];
    }
    case "year":
      return [`${last.slice(0, 4)}-01-01`, last];
    case "12-months":
      return [shift(last, -364), last];
    case "all":
      return [first, last];
  }
}

/** The dates next to a range, of the same length but no less than a period: -1 those before, 1 those after. */
export function beside({ from, to }: { from: string; to: string }, way: -1 | 1, step = 1): { from: string; to: string } {
  const days = Math.max(step, Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1);
  return { from: shift(from, way * days), to: shift(to, way * days) };
}
