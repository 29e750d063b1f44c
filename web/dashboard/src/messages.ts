/**
 * The catalogue: every sentence of the dashboard in each of its languages, side by
 * side, so that whoever changes one sees the other.
 *
 * `{name}` stands for a value. Where English needs a singular, "one|many" is chosen by
 * the value `n`.
 *
 * @module
 */
import type { Language } from "./language.ts";
import { frame } from "./messages/frame.ts";
import { loop } from "./messages/loop.ts";
import { numbers } from "./messages/numbers.ts";
import { privacy } from "./messages/privacy.ts";
import { views } from "./messages/views.ts";

/** All sentences by key. */
export const messages = { ...frame, ...numbers, ...views, ...privacy, ...loop } as const satisfies Record<string, Record<Language, string>>;

/** A sentence's name. */
export type Key = keyof typeof messages;

/** Names of the values that a sentence asks for. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** The values of a sentence: none, or each that its English names. */
export type Values<K extends Key> = [Names<(typeof messages)[K]["en"]>] extends [never]
  ? []
  : [values: Readonly<Record<Names<(typeof messages)[K]["en"]>, string | number>>];

/** Says a sentence of the catalogue. */
export function say<K extends Key>(language: Language, key: K, ...values: Values<K>): string {
  const given: Readonly<Record<string, string | number>> = values[0] ?? {};
  const forms = messages[key][language].split("|");
  const form = forms.length > 1 && given["n"] !== 1 ? forms[1]! : forms[0]!;
  return form.replace(/\{(\w+)\}/g, (_, name: string) => String(given[name]));
}
