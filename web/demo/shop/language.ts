/** The shop's two languages; English stands at the top, Chinese below zh/. */
export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** One text in each language. */
export type Text = Readonly<Record<Language, string>>;

/** Where the shop is served. */
export const root = "/demo/shop/";

/** The language of a path of the shop, by its folder. */
export function languageOf(path: string): Language {
  return path.startsWith(`${root}zh/`) ? "zh" : "en";
}

/** The address of a page ("cart.html"; "" is the home page) in a language. */
export function address(page: string, language: Language): string {
  return root + (language === "zh" ? "zh/" : "") + page;
}

/** The same page in another language. The path is one of the shop's; its query is the caller's. */
export function counterpart(path: string, language: Language): string {
  const page = path.slice(languageOf(path) === "zh" ? root.length + 3 : root.length);
  return address(page === "index.html" ? "" : page, language);
}

/** Puts values in the places {name} of a text. */
export function put(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => (name in values ? String(values[name]) : place));
}
