/**
 * The two languages, and how values are written in them.
 *
 * @module
 */

/** A text in English and in Chinese. In English "one|other" by the number n. */
export type Text = readonly [en: string, zh: string];

/** What texts are written in, and the site's own words for the names of its plan. */
export class Language {
  constructor(
    readonly code: "en" | "zh",
    readonly names: Readonly<Record<string, string>> = {},
  ) {}

  /** A text, with its values. */
  say(text: Text, values: Readonly<Record<string, string | number>> = {}): string {
    const [one = "", other = one] = this.code === "zh" ? [text[1]] : text[0].split("|");
    return (values["n"] === 1 ? one : other).replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? this.number(value) : value;
    });
  }

  /** A name of the plan as the site calls it in this language. */
  name(name: string): string {
    return Object.hasOwn(this.names, name) ? this.names[name]! : name.replaceAll("_", " ");
  }

  number(n: number, digits = 2): string {
    return new Intl.NumberFormat(this.#locale, { maximumFractionDigits: digits }).format(n);
  }

  percent(share: number): string {
    return new Intl.NumberFormat(this.#locale, { style: "percent", maximumFractionDigits: 0 }).format(share);
  }

  /** An instant, Unix seconds. */
  time(at: number): string {
    return new Intl.DateTimeFormat(this.#locale, { dateStyle: "medium", timeStyle: "short" }).format(at * 1000);
  }

  /** A day of the plan's, YYYY-MM-DD. */
  date(date: string): string {
    return new Intl.DateTimeFormat(this.#locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(date));
  }

  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.#locale, { type: "conjunction" }).format(items);
  }

  get #locale(): string {
    return this.code === "zh" ? "zh-CN" : "en";
  }
}

/** The language of an element's page: Chinese where its lang says so, else English. */
export function languageOf(element: Element): "en" | "zh" {
  const lang = element.closest("[lang]")?.getAttribute("lang") ?? "";
  return /^zh\b/i.test(lang) ? "zh" : "en";
}

/** The site's words: a JSON object in a script of type application/json in the element. */
export function namesOf(element: Element): Record<string, string> {
  try {
    const names = JSON.parse(element.querySelector('script[type="application/json"]')?.textContent ?? "{}") as object;
    return Object.fromEntries(Object.entries(names).filter(([, text]) => typeof text === "string")) as Record<string, string>;
  } catch {
    return {};
  }
}
