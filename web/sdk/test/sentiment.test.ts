import { expect, test } from "vitest";
import { isChinese, readLexicon, score, sentimentOf } from "../src/sentiment";

const en = readLexicon("# words\ngood\t1\nbad\t-1\nwaste of money\t-2\nnot\tnot\nvery\tx2\nbut\tbut\nwon't\tnot -0.5\nbroken\n", false);
const zh = readLexicon("好\t1\n好吃\t2\n差\t-1\n不\tnot\n很\tx2\n但是\tbut", true);

test.each([
  ["Good.", 1],
  ["very good", 2],
  ["not good", -0.75],
  ["not very good", -1.5],
  ["It was not. Good shoes", 1], // a full stop ends what is turned
  ["a waste of money", -2],
  ["good but bad", -0.5],
  ["won't charge", -0.5], // nothing is turned: what the turn says by itself
  ["won't be bad", 0.75],
  ["good but it won't charge", 0],
  ["won't, good", 0.5],
  ["will it or won't it charge?", -0.05], // asked
  ["broken", 0],
  ["", 0],
])("%s", (text, want) => expect(score(text, en, false)).toBeCloseTo(want));

test.each([
  ["很好吃", 4], // the longest entry, not 好
  ["不好", -0.75],
  ["不。好", 1],
  ["好但是差", -0.5],
])("%s", (text, want) => expect(score(text, zh, true)).toBeCloseTo(want));

test("a text goes by the script that it has most of", () => {
  expect([isChinese("这个 app 很好用"), isChinese("I like 茶 very much"), isChinese("")]).toEqual([true, false, false]);
  expect(sentimentOf("bad", en, false)).toBe("negative");
  expect(sentimentOf("unknown", en, false)).toBe("neutral");
});

test("of two entries of one word the later holds", () => {
  const lexicon = readLexicon("late\t-1\nlate\tx2\nill\t-1\nill\t1", false);
  expect([score("late", lexicon, false), score("late ill", lexicon, false)]).toEqual([0, 2]);
});

test("a text of a megabyte is judged in one pass", () => {
  expect(score("good ".repeat(200_000), en, false)).toBe(200_000);
});
