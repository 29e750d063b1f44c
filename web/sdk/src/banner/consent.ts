/**
 * `<dunlin-consent href="/privacy">`: asks for the two consents, each apart, at the foot
 * of the page. A script of its own, for sites that have no banner.
 *
 * It asks where nobody has said anything (mode `ask`), and not against the browser's own
 * signal. Yes and no weigh the same; nothing is ticked before. It takes no focus and
 * covers a part of the window only. Of a refusal the tab's session remembers that there
 * was one, so that not every page asks again; nothing else does.
 *
 * In the language of the page, as `<dunlin-privacy>` is.
 *
 * @module
 */

import type { ConsentState } from "../api";
import type { Consent } from "../protocol";
import { button, fill, make, styled } from "../privacy/dom";
import { Language, languageOf, namesOf, type Text } from "../privacy/language";
import { yesOrNo } from "../privacy/questions";
import { script } from "../privacy/script";
import { STYLE } from "../privacy/style";

const W = {
  title: ["May your device help us?", "您的设备可以帮助我们吗？"],
  text: [
    "Two questions. Whatever you answer, what is learnt of you stays on this device, and you may change your mind.",
    "两个问题。无论如何选择，关于您的了解只留在本设备上，您也可以随时改变主意。",
  ],
  more: ["What exactly, and what stays where", "具体是什么、保存在哪里"],
  both: ["Yes to both", "全部同意"],
  neither: ["No to both", "全部拒绝"],
  save: ["Save my answers", "保存我的选择"],
  open: ["Please answer both questions.", "请回答两个问题。"],
  failed: ["It could not be saved: {say}.", "未能保存：{say}。"],
} as const satisfies Record<string, Text>;

/** Where a refusal is remembered as long as the tab lives. */
const KEY = "dunlin-refused";

const MORE = `
.card { position: fixed; inset: auto 0 0; z-index: 2147483000; margin: 0 auto; max-width: 46rem; max-height: 75vh; overflow: auto; padding: 1rem 1.25rem; color: CanvasText; background: Canvas; border: 1px solid GrayText; border-radius: .6em .6em 0 0; box-shadow: 0 0 1.5rem rgb(0 0 0 / .25); }
.card h2 { margin-top: 0; }
.questions { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 0 1rem; }
a { color: inherit; }
@media (max-width: 30rem) { .row button { flex: 1 1 100%; } }
`;

class Banner extends HTMLElement {
  readonly #said = (event: Event): void => {
    if ((event as CustomEvent<ConsentState>).detail.said) this.close();
  };

  connectedCallback(): void {
    document.addEventListener("dunlin:consent", this.#said);
    void script()
      ?.consent()
      .then((outcome) => {
        if (outcome.ok && outcome.value.mode === "ask" && !outcome.value.said && !outcome.value.signal && !refused()) this.open();
      });
  }

  disconnectedCallback(): void {
    document.removeEventListener("dunlin:consent", this.#said);
  }

  /** Asks, whatever was said before. For a link "my choice" on the site's pages. */
  open(): void {
    const dunlin = script();
    if (!dunlin) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    styled(root, STYLE + MORE);
    const l = new Language(languageOf(this), namesOf(this));
    const say = make("p", { class: "say", role: "status" });
    const answers: { -readonly [K in keyof Consent]?: boolean } = {};
    const tell = async (consent: Consent): Promise<void> => {
      remember(!consent.measure && !consent.personalize);
      const outcome = await dunlin.consent(consent);
      if (outcome.ok) this.close();
      else say.textContent = l.say(W.failed, { say: outcome.say });
    };
    const save = (): unknown => {
      const { measure, personalize } = answers;
      if (measure !== undefined && personalize !== undefined) return tell({ measure, personalize });
      say.textContent = l.say(W.open);
      root.querySelector<HTMLElement>(`input[name=${measure === undefined ? "measure" : "personalize"}]`)?.focus();
      return undefined;
    };
    const href = this.getAttribute("href");
    fill(
      root as unknown as Element,
      make(
        "section",
        { class: "card", "aria-labelledby": "title" },
        make("h2", { id: "title" }, l.say(W.title)),
        make("p", {}, l.say(W.text), href !== null && [" ", make("a", { href }, l.say(W.more))]),
        make(
          "div",
          { class: "questions" },
          yesOrNo({ l }, "measure", undefined, (yes) => (answers.measure = yes)),
          yesOrNo({ l }, "personalize", undefined, (yes) => (answers.personalize = yes)),
        ),
        make(
          "div",
          { class: "row" },
          button(l.say(W.neither), () => tell({ measure: false, personalize: false }), { "data-do": "no" }),
          button(l.say(W.both), () => tell({ measure: true, personalize: true }), { "data-do": "yes" }),
          button(l.say(W.save), save, { "data-do": "save" }),
        ),
        say,
      ),
    );
  }

  close(): void {
    this.shadowRoot?.replaceChildren();
  }
}

function refused(): boolean {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

function remember(no: boolean): void {
  try {
    if (no) sessionStorage.setItem(KEY, "");
    else sessionStorage.removeItem(KEY);
  } catch {
    // Denied: the next page asks again.
  }
}

if (!customElements.get("dunlin-consent")) customElements.define("dunlin-consent", Banner);
