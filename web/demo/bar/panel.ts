import { cellInWords, epsilon, named, ranked, rate, reasonInWords, spread } from "../reading";
import { element, type Child } from "../shop/client/element";
import { address, type Language } from "../shop/language";
import type { Own } from "./own";
import { say } from "./words";

function clear(own: Own | undefined, l: Language): Child {
  const report = own?.report;
  if (!report) return element("p", { class: "dd-quiet" }, say("clearNone", l));
  return [
    element("p", { class: "dd-quiet" }, say("clearText", l)),
    element(
      "ul",
      { class: "dd-cells" },
      report.ones.map((cell) => element("li", {}, cellInWords(cell, l))),
    ),
    element("p", { class: "dd-quiet" }, say("clearRest", l, { n: report.cells - report.ones.length })),
  ];
}

function leaving(own: Own | undefined, l: Language): Child {
  const report = own?.report;
  const half = (who: "leader" | "helper"): HTMLElement =>
    element("li", { class: `dd-half dd-${who}` }, say("half", l, { who: say(who, l) }));
  return [
    element("ul", { class: "dd-halves" }, half("leader"), half("helper")),
    element("p", { class: "dd-quiet" }, say("halvesText", l)),
    report &&
      element(
        "p",
        { class: "dd-quiet" },
        say("noise", l, { n: spread(report.sigma2) }),
        " ",
        say("cost", l, { epsilon: epsilon(report).toFixed(2) }),
      ),
  ] as Child;
}

function why(own: Own | undefined, l: Language): Child {
  const hero = own?.hero;
  if (!hero) return element("p", { class: "dd-quiet" }, say("whyNone", l));
  const best = Math.max(...hero.options.map(rate), 1e-9);
  const drawn = hero.options.some(({ draw }) => draw > 0);
  return [
    element("p", {}, element("strong", {}, say("whyShown", l, { variant: named(hero.variant, l) })), " ", reasonInWords(hero, l)),
    element("p", { class: "dd-quiet" }, say("whyGroup", l, { segment: named(hero.segment, l) }), " ", say("whyNext", l)),
    hero.options.length > 0 && [
      element("p", { class: "dd-quiet" }, say(drawn ? "whyDraws" : "whyMeans", l)),
      element(
        "ul",
        { class: "dd-bars" },
        ranked(hero).map((option) =>
          element(
            "li",
            {},
            element("span", {}, named(option.variant, l)),
            element("meter", { min: 0, max: best, value: rate(option), "aria-hidden": "true" }),
            element("span", { class: "dd-number" }, `${(rate(option) * 100).toFixed(1)} %`),
          ),
        ),
      ),
    ],
  ];
}

/** The bar's open form: the report, what leaves of it, and why the page shows what it shows. */
export function panel(own: Own | undefined, l: Language): Child {
  return [
    element("section", {}, element("h2", {}, say("clear", l)), clear(own, l)),
    element("section", {}, element("h2", {}, say("leaves", l)), leaving(own, l)),
    element(
      "section",
      {},
      element("h2", {}, say("why", l)),
      why(own, l),
      element("p", {}, element("a", { href: address("privacy.html", l) }, say("privacy", l))),
    ),
  ];
}
