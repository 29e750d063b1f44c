import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readLexicon, sentimentOf, type Sentiment } from "../src/sentiment";

const NAMES: Readonly<Record<string, Sentiment>> = { "+": "positive", "-": "negative", "0": "neutral" };
const file = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

// The mean over the three of the harmonic mean of precision and recall: of comments that
// were written before the lexicons (testdata/sentiment/README.md), and of some by another
// hand, by which the lexicons were widened since: those guard what was won, and measure nothing.
test.each([
  ["en", "../testdata/sentiment/en.txt", 400],
  ["zh", "../testdata/sentiment/zh.txt", 400],
  ["en", "../testdata/sentiment/fresh.en.txt", 48],
  ["zh", "../testdata/sentiment/fresh.zh.txt", 48],
  ["en", "../testdata/sentiment/third.en.txt", 126],
  ["zh", "../testdata/sentiment/third.zh.txt", 126],
  ["en", "./sentiment.dev.en.txt", 75],
  ["zh", "./sentiment.dev.zh.txt", 75],
])("macro-F1 of %s, %s", (lang, path, least) => {
  const chinese = lang === "zh";
  const lexicon = readLexicon(`${file(`../data/general-${lang}.txt`)}\n${file(`../data/sentiment-${lang}.txt`)}`, chinese);
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const lines = file(path).trim().split("\n");
  expect(lines.length).toBeGreaterThanOrEqual(least);
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
  console.log(`${path}: macro-F1 ${macro.toFixed(3)}`, Object.fromEntries(counts));
  expect(macro).toBeGreaterThanOrEqual(0.75);
});
