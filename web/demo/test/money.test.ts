import { describe, expect, test } from "vitest";
import { freeShipping, money, shippingFee, total } from "../shop/money";

const line = (topic: string, price: number, count = 1) => ({ topic, price, count });

describe("total", () => {
  test.each([
    ["nothing", [], { goods: 0, bundle: 0, shipping: 0, sum: 0 }],
    ["one thing", [line("kids", 24_00)], { goods: 24_00, bundle: 0, shipping: shippingFee, sum: 28_90 }],
    ["free from the bound on", [line("kids", freeShipping)], { goods: 60_00, bundle: 0, shipping: 0, sum: 60_00 }],
    ["a cent below it", [line("kids", freeShipping - 1)], { goods: 59_99, bundle: 0, shipping: shippingFee, sum: 64_89 }],
    [
      "two of one topic: the cheaper a tenth less",
      [line("bags", 45_00), line("bags", 95_00)],
      { goods: 140_00, bundle: 4_50, shipping: 0, sum: 135_50 },
    ],
    ["two of two topics", [line("bags", 45_00), line("kids", 24_00)], { goods: 69_00, bundle: 0, shipping: 0, sum: 69_00 }],
    ["one line of three: one pair", [line("shoes", 59_00, 3)], { goods: 177_00, bundle: 5_90, shipping: 0, sum: 171_10 }],
    [
      "the offer can cost the free shipping",
      [line("kids", 31_00), line("kids", 30_00)],
      { goods: 61_00, bundle: 3_00, shipping: shippingFee, sum: 62_90 },
    ],
  ])("%s", (_, lines, want) => expect(total(lines)).toEqual(want));

  test("does not depend on the order of lines", () => {
    const lines = [line("kids", 24_00, 2), line("bags", 39_00), line("kids", 49_00), line("bags", 45_00, 2)];
    expect(total(lines.toReversed())).toEqual(total(lines));
  });
});

test("money writes whole amounts without cents", () => {
  expect(money(89_00, "en")).toBe("€89");
  expect(money(466_10, "en")).toBe("€466.10");
  expect(money(1_234_50, "zh")).toBe("€1,234.50");
});
