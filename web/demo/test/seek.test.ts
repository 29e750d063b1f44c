import { describe, expect, test } from "vitest";
import { find, terms } from "../shop/client/seek";
import { listed } from "../shop/goods/listed";

const ids = (query: string) => find(listed, query).map(({ id }) => id);

test("terms: spaces, punctuation, plurals, and runs of Chinese", () => {
  expect(terms("  Red, BOOTS ")).toEqual(["red", "boot"]);
  expect(terms("雨靴 kids")).toEqual(["雨靴", "kid"]);
  expect(terms("ＢＯＯＴ蓝")).toEqual(["boot", "蓝"]);
  expect(terms(" ,. ")).toEqual([]);
});

describe("find", () => {
  test("nothing for nothing", () => expect(ids("")).toEqual([]));
  test("a name in either language comes first", () => {
    expect(ids("wellington")[0]).toBe("puddle-wellington");
    expect(ids("雨靴")[0]).toBe("puddle-wellington");
  });
  test("every term must be somewhere", () => {
    expect(ids("boot rain wellies")).toEqual(["puddle-wellington"]);
    expect(ids("boot rain racket")).toEqual([]);
  });
  test("a word is found from its start on: no trainers for rain", () => expect(ids("rain")).not.toContain("court-low"));
  test("by colour and by material", () => {
    expect(ids("mustard")).toEqual(["high-tide"]);
    expect(ids("beech").length).toBeGreaterThan(2);
  });
  test("the words that the page suggests find something", () => {
    for (const word of ["boot", "wooden", "rain", "靴", "木头", "雨"]) expect(ids(word), word).not.toEqual([]);
  });
});
