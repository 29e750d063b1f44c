import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readLexicon, sentimentOf, type Sentiment } from "../src/sentiment";

const NAMES: Readonly<Record<string, Sentiment>> = { "+": "positive", "-": "negative", "0": "neutral" };
const file = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

// Of comments that were written before the lexicons (testdata/sentiment/README.md): the
// mean over the three of the harmonic mean of precision and recall.
test.each(["en", "zh"])("macro-F1 of %s", (lang) => {
  const chinese = lang === "zh";
  const lexicon = readLexicon(file(`../data/sentiment-${lang}.txt`), chinese);
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const lines = file(`../testdata/sentiment/${lang}.txt`).trim().split("\n");
  expect(lines.length).toBeGreaterThanOrEqual(400);
  for (const line of lines) {
    const truth = NAMES[line[0]!]!;
    const judged = sentimentOf(line.slice(2), lexicon, chinese);
    for (const key of [`is ${truth}`, `said ${judged}`, ...(judged === truth ? [`hit ${truth}`] : [])]) add(key);
  }
  const f1 = Object.values(NAMES).map((it) => {
    const hit = counts.get(`hit ${it}`) ?? 0;
    return (2 * hit) / ((counts.get(`is ${it}`) ?? 0) + (counts.get(`said ${it}`) ?? 0));
  });
  const macro = f1.reduce((sum, one) => sum + one) / f1.length;
  console.log(`${lang}: macro-F1 ${macro.toFixed(3)}`, Object.fromEntries(counts));
  expect(macro).toBeGreaterThanOrEqual(0.75);
});
