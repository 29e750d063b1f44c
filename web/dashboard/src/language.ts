/**
 * The two languages, and how one is picked.
 *
 * @module
 */

/** Languages that the catalogue is complete in. */
export const languages = ["en", "zh"] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];

/** BCP 47 tags: of the page (`html lang`), and of what Intl writes. */
export const tags: Readonly<Record<Language, string>> = { en: "en-GB", zh: "zh-CN" };

/**
 * The first of the browser's languages that the catalogue has.
 *
 * @param preferred - as `navigator.languages` gives them, the dearest first
 * @returns English where none is known
 */
export function preferredLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split("-")[0];
    const known = languages.find((language) => language === base);
    if (known) return known;
  }
  return "en";
}
