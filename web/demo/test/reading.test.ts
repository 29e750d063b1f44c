import { describe, expect, test } from "vitest";
import { cellInWords, epsilon, ranked, reasonInWords, spread } from "../reading";
import { languages } from "../shop/language";

const cell = (metric: string, segment = "", column = "") => ({ metric, segment, column });

describe("epsilon", () => {
  // PRIVACY.md, section 2, at delta 1e-6: one report of weight 12 under sigma squared 247, and a table of others.
  test.each([
    [12, 247, 0.9986, 4],
    [1, 21, 1, 1],
    [12, 69, 2, 1],
    [8, 13, 4, 1],
  ])("of weight %i under sigma squared %i is %f", (weight, sigma2, want, digits) => {
    expect(epsilon({ weight, sigma2 })).toBeCloseTo(want, digits);
  });

  test("composes as rho does: 30 reports of weight 12", () => expect(epsilon({ weight: 12 * 30, sigma2: 247 })).toBeCloseTo(6.4706, 3));
});

test("the noise of both parties, 95 %", () => expect(spread(247)).toBe(44));

describe("cells", () => {
  test("in words that name what is in them", () => {
    expect(cellInWords(cell("present"), "en")).toBe("Somebody was here today.");
    expect(cellInWords(cell("audience", "shoes and bags"), "en")).toBe("They belong to the group “shoes and bags”.");
    expect(cellInWords(cell("funnel", "new", "cart"), "en")).toBe("In the group “new” they got as far as: cart.");
    expect(cellInWords(cell("exposed hero by site", "", "shoes"), "en")).toBe("They saw the hero: shoes.");
    expect(cellInWords(cell("clicked hero", "new", "holdout"), "en")).toBe(
      "In the group “new” they clicked the hero: the default, for comparison.",
    );
  });

  test("of a plan that the demo does not know are shown as they are", () => {
    for (const language of languages) expect(cellInWords(cell("arms", "lapsed", "mail"), language)).toBe("arms lapsed mail");
    expect(cellInWords(cell("constructor"), "en")).toBe("constructor");
  });
});

test("reasons say when a choice is kept", () => {
  expect(reasonInWords({ reason: "sampled", kept: false }, "en")).not.toContain("stays");
  expect(reasonInWords({ reason: "sampled", kept: true }, "en")).toContain("stays");
  expect(reasonInWords({ reason: "holdout", kept: true }, "en")).not.toContain("stays");
});

test("what is shown comes first, then the best", () => {
  const option = (variant: string, mean: number, draw = 0) => ({ variant, prior: 0, shown: 0, won: 0, match: 0, mean, draw, value: 0 });
  const why = { slot: "hero", variant: "bags", reason: "sampled", segment: "new", kept: false } as const;
  const order = (options: ReturnType<typeof option>[]) => ranked({ ...why, options }).map(({ variant }) => variant);
  expect(order([option("plain", 0.1), option("shoes", 0.3), option("bags", 0.2)])).toEqual(["bags", "shoes", "plain"]);
  expect(order([option("plain", 0.1, 0.4), option("shoes", 0.3, 0.2), option("bags", 0.2, 0.5)])).toEqual(["bags", "plain", "shoes"]);
});
