import type { Dunlin } from "../../../sdk/src/api";
import type { WhyChoice } from "../../../sdk/src/protocol";
import { cellInWords, named, ranked, rate, reasonInWords } from "../../reading";
import { valueOf } from "../../script";
import type { Language } from "../language";
import { consentForm, type Asking } from "./consent";
import { element, fill, type Child } from "./element";
import { say } from "./words";

const slots = ["hero", "promotion"];

function percent(share: number, l: Language): string {
  return new Intl.NumberFormat(l === "zh" ? "zh-CN" : "en", { style: "percent", maximumFractionDigits: 1 }).format(share);
}

function whyOf(why: WhyChoice, l: Language): Child {
  return [
    element("h3", {}, `${named(why.slot, l)}: ${named(why.variant, l)}`),
    element("p", {}, reasonInWords(why, l)),
    why.options.length > 0 &&
      element(
        "ul",
        { class: "bars" },
        ranked(why).map((option) =>
          element(
            "li",
            {},
            element("span", {}, named(option.variant, l)),
            element("meter", {
              min: 0,
              max: Math.max(...why.options.map(rate), 1e-9),
              value: rate(option),
              "aria-label": named(option.variant, l),
            }),
            element("span", { class: "bar-number" }, percent(rate(option), l)),
          ),
        ),
      ),
  ];
}

/** Runs the privacy page: everything that the visitor's own browser says of itself. */
export async function privacyPage(page: Document, asking: Asking): Promise<void> {
  const l = asking.language;
  const place = (name: string): Element | null => page.querySelector(`[data-privacy=${name}]`);
  const [choice, report, why, state] = [place("choice"), place("report"), place("why"), place("state")];
  const forget = page.querySelector<HTMLButtonElement>("[data-forget]");
  const forgotten = page.querySelector("[data-forgotten]");
  if (!choice || !report || !why || !state || !forget || !forgotten) return;
  const dunlin = asking.dunlin;
  if (!dunlin) {
    for (const part of [choice, report, why, state]) fill(part, element("p", { class: "note" }, say("noScript", l)));
    return;
  }
  const show = async (): Promise<void> => {
    const holds = valueOf(await dunlin.consent());
    const on = holds?.measure === true || holds?.personalize === true;
    const saved = element("p", { role: "status" });
    const form = consentForm(asking, holds ?? { measure: false, personalize: false }, () => {
      void show().then(() => {
        const again = choice.querySelector("[role=status]");
        if (again) again.textContent = say("saved", l);
      });
    });
    fill(
      choice,
      holds?.signal === true && element("p", { class: "note" }, say("signalText", l)),
      !on && element("p", {}, say("chosenNone", l)),
      form,
      saved,
    );
    forget.hidden = !on;
    await tell(dunlin);
  };
  const tell = async (from: Dunlin): Promise<void> => {
    const clear = await from.report();
    const none = element("p", { class: "note" }, say("nothingYet", l));
    if (clear.ok)
      fill(
        report,
        element(
          "ul",
          { class: "cells" },
          clear.value.ones.map((cell) => element("li", {}, cellInWords(cell, l))),
        ),
      );
    else fill(report, none);
    const reasons = (await Promise.all(slots.map((slot) => from.why(slot)))).flatMap((outcome) => {
      const why = valueOf(outcome);
      return why && "options" in why ? why : [];
    });
    fill(why, reasons.length > 0 ? reasons.map((one) => whyOf(one, l)) : none.cloneNode(true));
    const debug = valueOf(await from.debug());
    fill(state, element("pre", { tabindex: 0 }, JSON.stringify(debug ?? null, null, 2)));
  };
  forget.addEventListener("click", () => {
    void dunlin.forget().then(async (outcome) => {
      forgotten.textContent = outcome.ok ? say("forgotten", l) : say("notForgotten", l, { say: outcome.say });
      await tell(dunlin);
    });
  });
  await show();
  // What happens on this page itself shows a moment later.
  page.defaultView?.setTimeout(() => void tell(dunlin), 2_000);
}
