import { expect, test } from "vitest";
import { sieve, type Wish } from "../shop/client/sieve";

const all = [
  { name: "Court", price: 79_00, isNew: false },
  { name: "Runner", price: 89_00, isNew: true },
  { name: "Sandal", price: 50_00, isNew: false },
  { name: "Boot", price: 179_00, isNew: false },
];
const wish = (part: Partial<Wish>): string[] =>
  sieve(all, { low: 0, high: 0, newOnly: false, order: "shop", ...part }, "en").map(({ name }) => name);

test("keeps what fits, in the order asked for", () => {
  expect(wish({})).toEqual(["Court", "Runner", "Sandal", "Boot"]);
  expect(wish({ order: "cheap" })).toEqual(["Sandal", "Court", "Runner", "Boot"]);
  expect(wish({ order: "dear" })).toEqual(["Boot", "Runner", "Court", "Sandal"]);
  expect(wish({ order: "name" })).toEqual(["Boot", "Court", "Runner", "Sandal"]);
  expect(wish({ newOnly: true })).toEqual(["Runner"]);
});

test("a price stands in one band alone", () => {
  expect(wish({ high: 50_00 })).toEqual([]);
  expect(wish({ low: 50_00, high: 100_00 })).toEqual(["Court", "Runner", "Sandal"]);
  expect(wish({ low: 100_00 })).toEqual(["Boot"]);
});

test("leaves the list itself alone", () => {
  const before = [...all];
  wish({ order: "dear" });
  expect(all).toEqual(before);
});
