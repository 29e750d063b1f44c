import type { ConsentState, Dunlin } from "../../../sdk/src/api";
import type { Consent } from "../../../sdk/src/protocol";
import { valueOf } from "../../script";
import { address, type Language } from "../language";
import { element, fill } from "./element";
import { read, write } from "./storage";
import { say, type Word } from "./words";

const refusedKey = "shop-refused";

function isTrue(value: unknown): value is true {
  return value === true;
}

/** What asks for consent. */
export interface Asking {
  readonly dunlin: Dunlin | undefined;
  /** A refusal is remembered as long as the tab lives: nothing else remembers it. */
  readonly session: Storage | undefined;
  readonly language: Language;
}

function box(name: keyof Consent, checked: boolean, l: Language): HTMLElement {
  return element(
    "label",
    { class: "consent-one" },
    element("input", { type: "checkbox", name, checked }),
    element("span", {}, element("strong", {}, say(name, l)), element("small", {}, say(`${name}Text` satisfies Word, l))),
  );
}

/** A form of the two consents, each apart; refusing takes as many clicks as agreeing. */
export function consentForm(asking: Asking, now: Consent, done: (state: ConsentState | undefined) => void): HTMLFormElement {
  const l = asking.language;
  const button = (word: Word, kind: string, chosen: () => Consent): HTMLElement => {
    const made = element("button", { type: "button", class: `button ${kind}` }, say(word, l));
    made.addEventListener("click", () => void tell(chosen()));
    return made;
  };
  const tell = async (consent: Consent): Promise<void> => {
    write(asking.session, refusedKey, consent.measure || consent.personalize ? null : true);
    done(valueOf(await asking.dunlin?.consent(consent)));
  };
  const form: HTMLFormElement = element(
    "form",
    { class: "consent-form" },
    box("measure", now.measure, l),
    box("personalize", now.personalize, l),
    element(
      "div",
      { class: "consent-buttons" },
      button("refuse", "plain", () => ({ measure: false, personalize: false })),
      button("keep", "plain", () => {
        const said = new FormData(form);
        return { measure: said.has("measure"), personalize: said.has("personalize") };
      }),
      button("accept", "plain", () => ({ measure: true, personalize: true })),
    ),
  );
  return form;
}

/**
 * Asks at the foot of the page, once a visit and only where it has not been answered.
 * The card stands beside the page: it moves no focus and covers no control for good.
 */
export async function askConsent(page: Document, asking: Asking): Promise<void> {
  const state = valueOf(await asking.dunlin?.consent());
  // Without the script there is nothing to ask; against the browser's own signal nobody is asked.
  if (!state || state.said || state.mode !== "ask" || state.signal) return;
  if (read(asking.session, refusedKey, isTrue)) return;
  const l = asking.language;
  const card = element("section", { class: "consent", "aria-labelledby": "consent-title" });
  const form = consentForm(asking, state, () => card.remove());
  fill(
    card,
    element("h2", { id: "consent-title" }, say("askTitle", l)),
    element("p", {}, say("askText", l), " ", element("a", { href: address("privacy.html", l) }, say("askMore", l))),
    form,
  );
  page.body.append(card);
  // Answered elsewhere, in the demonstration's bar or on the privacy page.
  page.addEventListener("dunlin:consent", (event) => {
    if ((event as CustomEvent<ConsentState>).detail.said) card.remove();
  });
}
