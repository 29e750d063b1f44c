// Facts, events, cells and costs in the visitor's words.
import { expect, it } from "vitest";
import { VARIABLES } from "../src/facts";
import { cellInWords } from "../src/privacy/cells";
import { epsilon } from "../src/privacy/epsilon";
import { eventInWords } from "../src/privacy/events";
import { Language } from "../src/privacy/language";
import { passphrase } from "../src/privacy/passphrase";
import { groupOf, sentenceOf, tells } from "../src/privacy/sentences";
import { REFUSALS, W } from "../src/privacy/words";

const en = new Language("en", { shoes: "Shoes" });
const zh = new Language("zh", { shoes: "鞋履" });

it("has a sentence for every variable in both languages, without a hole", () => {
  for (const name of VARIABLES) {
    for (const l of [en, zh]) {
      const sentence = sentenceOf(l, { name, value: 2 });
      expect(sentence, name).not.toMatch(/[{}|]/);
      expect(/[\u4e00-\u9fff]/.test(sentence), sentence).toBe(l === zh);
    }
  }
});

it("counts, names and groups", () => {
  expect(sentenceOf(en, { name: "visits", value: 1 })).toBe("You have come here once.");
  expect(sentenceOf(en, { name: "visits", value: 3 })).toBe("You have come here 3 times.");
  expect(sentenceOf(zh, { name: "visits", value: 1 })).toBe("您来过 1 次。");
  expect(sentenceOf(en, { name: "affinity.shoes", value: 0.62 })).toBe("Shoes: 62% of your interest.");
  expect(sentenceOf(zh, { name: "weekday", value: 7 })).toBe("您这次在星期日来访。");
  expect(sentenceOf(en, { name: "scenario", value: "weekday-evening-phone" })).toBe("Your situation: working day, evening, phone.");
  expect(sentenceOf(en, { name: "member", kind: "flag", value: true })).toBe("member: yes.");
  expect(["age", "visits", "affinity.shoes", "ability.maths", "nps"].map((name) => groupOf({ name, value: 1 }))).toEqual([
    "behaviour",
    "behaviour",
    "interests",
    "learning",
    "satisfaction",
  ]);
  expect([
    tells({ name: "orders", value: 0 }),
    tells({ name: "nps", value: null }),
    tells({ name: "m", kind: "flag", value: false }),
  ]).toEqual([false, false, true]);
});

it("tells events, and of one that was too long its kind", () => {
  expect(eventInWords(en, { kind: "view", topics: ["shoes"] })).toBe("You looked at a page (about Shoes).");
  expect(eventInWords(zh, { kind: "order", topics: [], value: 12.5 })).toBe("您下了一单，金额 12.5。");
  expect(eventInWords(en, { kind: "social", act: "like", topics: [] })).toBe("You did this: like.");
  expect(eventInWords(en, { kind: "answer", survey: "visit", value: ["easy", "quick"] })).toBe("You answered visit: easy and quick.");
  expect(eventInWords(en, { kind: "custom" } as never)).toBe("It happened: ….");
  expect(eventInWords(en, { kind: "constructor" } as never)).toBe("constructor");
});

it("tells cells, also those that it does not know", () => {
  expect(cellInWords(en, { metric: "present", segment: "", column: "" })).toBe("Somebody was here.");
  expect(cellInWords(en, { metric: "exposed hero", segment: "new", column: "holdout" })).toBe(
    "In the group “new”: They were shown hero: the default, for comparison.",
  );
  expect(cellInWords(zh, { metric: "funnel", segment: "", column: "cart" })).toBe("走到了这一步：cart。");
  expect(cellInWords(en, { metric: "something new", segment: "a", column: "b" })).toBe("something new · a · b");
});

// PRIVACY.md, sections 2 and 9.
it("reckons epsilon as the specification does", () => {
  for (const [rho, eps] of [
    [0.01, 0.62169],
    [0.05, 1.47159],
    [0.5, 5.22153],
    [1, 7.76622],
  ] as const) {
    expect(epsilon(rho * 1e9)).toBeCloseTo(eps, 5);
  }
  for (const [days, eps] of [
    [1, 0.9986],
    [7, 2.8634],
    [30, 6.4706],
    [365, 29.7547],
  ] as const) {
    expect(epsilon(24_291_498 * days)).toBeCloseTo(eps, 4);
  }
  expect(epsilon(0)).toBe(0);
});

it("makes passphrases of 100 bits that are long enough, each another", () => {
  const made = Array.from({ length: 50 }, () => passphrase());
  expect(new Set(made).size).toBe(50);
  for (const words of made) expect(words).toMatch(/^([a-hjkmnp-z02-9]{5}-){3}[a-hjkmnp-z02-9]{5}$/);
  // Of all bytes each letter comes as often as any other.
  const counts = new Map<string, number>();
  for (let from = 0; from < 260; from += 20) {
    for (const letter of passphrase((bytes) => bytes.map((_, i) => Math.min(from + i, 255))).replaceAll("-", "")) {
      if (from < 240) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
  }
  expect(counts.size).toBe(32);
});

it("says the same in both languages", () => {
  for (const [name, [one, other]] of Object.entries(W)) {
    const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
    expect(holes(other), name).toEqual(holes(one));
  }
  expect(Object.values(REFUSALS).every(([text]) => /has changed|short/.test(text))).toBe(true);
});
