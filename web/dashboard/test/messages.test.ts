import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { languages } from "../src/language.ts";
import { messages, say, type Key } from "../src/messages.ts";

const entries = Object.entries(messages) as [Key, Record<"en" | "zh", string>][];
const names = (text: string): string => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!))].sort().join();

/** Keys of the sentences that break a rule. */
const breaking = (rule: (key: Key, sentence: Record<"en" | "zh", string>) => boolean): Key[] =>
  entries.filter(([key, sentence]) => !rule(key, sentence)).map(([key]) => key);

test("there is a catalogue", () => expect(entries.length).toBeGreaterThan(150));

test("every sentence is said in every language, with the same values", () => {
  expect(breaking((_, sentence) => Object.keys(sentence).sort().join() === [...languages].sort().join())).toEqual([]);
  expect(
    breaking((_, sentence) => languages.every((language) => sentence[language] !== "" && sentence[language].trim() === sentence[language])),
  ).toEqual([]);
  expect(breaking((_, { en, zh }) => names(en) === names(zh))).toEqual([]);
});

test("no sentence was left in English", () => {
  const alike = ["table.download"]; // a file's format has one name
  expect(breaking((key, { zh }) => /[\u3400-\u9fff\u03b5]/.test(zh) || alike.includes(key) || key === "frame.toLanguage")).toEqual([]);
});

test("Chinese is punctuated as Chinese is", () => {
  // Half-width marks beside a Chinese character; the full-width ones stand at U+FF00 and beyond.
  expect(breaking((_, { zh }) => !/[\u3400-\u9fff][,:;?!()]|[,:;?!()][\u3400-\u9fff]/.test(zh))).toEqual([]);
});

test("every sentence is used", () => {
  const source = fileURLToPath(new URL("../src", import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const code = files
    .filter((name) => /\.(ts|svelte)$/.test(name) && !name.startsWith("messages"))
    .map((name) => readFileSync(`${source}/${name}`, "utf8"))
    .join("\n");
  // Keys are written out, or built: `hidden.${reason}Why`.
  const built = [...code.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{[^}]+\}(\w*)`/g)].map(([, stem, tail]) => [stem!, tail!] as const);
  const isUsed = (key: Key): boolean =>
    code.includes(`"${key}"`) || built.some(([stem, tail]) => key.startsWith(stem) && key.endsWith(tail) && key !== stem + tail);
  expect(breaking(isUsed)).toEqual([]);
});

test("values and singulars", () => {
  expect(say("en", "range.releases", { n: 1 })).toBe("1 release");
  expect(say("en", "range.releases", { n: 30 })).toBe("30 releases");
  expect(say("zh", "range.releases", { n: 1 })).toBe("1 次发布");
  expect(say("en", "slots.kpi", { slot: "$& {x}" })).toBe("Uplift in “$& {x}”");
});
