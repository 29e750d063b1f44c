/**
 * `<dunlin-survey name="csat">`: asks what the device says may be asked, and tells it the
 * answer once. The plan says whom, when and how often; here is only what is seen.
 *
 * Without script, consent or a survey that is due the element is empty and takes no room.
 * Colours and type are the site's, by custom properties; docs/embed.md names them.
 *
 * @module
 */

import type { Dunlin } from "./api";
import type { Outcome, SurveyAsk } from "./protocol";

type Language = "en" | "zh";

const TEXTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    csat: "How satisfied are you?",
    nps: "How likely are you to recommend us?",
    one: "Which of these is it?",
    multi: "Which of these apply?",
    csat_low: "not at all",
    csat_high: "very",
    nps_low: "not likely",
    nps_high: "very likely",
    send: "Send",
    close: "Close",
    thanks: "Thank you!",
    private: "Your answer stays on this device. Only noised sums of many visitors leave.",
    missing: "Please choose an answer.",
  },
  zh: {
    csat: "您有多满意？",
    nps: "您有多大可能推荐我们？",
    one: "是哪一项？",
    multi: "有哪些符合？",
    csat_low: "很不满意",
    csat_high: "非常满意",
    nps_low: "不可能",
    nps_high: "非常可能",
    send: "提交",
    close: "关闭",
    thanks: "谢谢！",
    private: "您的回答只留在此设备上，离开的只有许多访客加了噪声的总和。",
    missing: "请选择一项。",
  },
};

const STYLE = `
:host{display:block}
:host([hidden]),:host(:not([open])){display:none}
section{--f:var(--dunlin-foreground,#1c2321);--b:var(--dunlin-background,#fff);--a:var(--dunlin-accent,#0b6e58);--l:var(--dunlin-line,#8a9692);
font:var(--dunlin-font,1rem/1.5 system-ui,sans-serif);color:var(--f);background:var(--b);border:1px solid var(--l);border-radius:var(--dunlin-radius,8px);padding:1rem;max-width:40rem;box-sizing:border-box;position:relative}
@media (prefers-color-scheme:dark){section{--f:var(--dunlin-foreground,#e8efec);--b:var(--dunlin-background,#16201d);--a:var(--dunlin-accent,#63d3b5);--l:var(--dunlin-line,#6f7d78)}}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend{font-weight:600;padding:0 2.5rem 0 0;margin:0 0 .75rem}
.row{display:flex;flex-wrap:wrap;gap:.375rem}
.column{display:grid;gap:.375rem}
label{position:relative;display:flex;align-items:center;gap:.5rem;cursor:pointer}
.row label{justify-content:center;min-width:2.75rem;min-height:2.75rem;border:1px solid var(--l);border-radius:6px;box-sizing:border-box}
.row input{position:absolute;opacity:0;inset:0;width:100%;height:100%;margin:0;cursor:pointer}
.row label:has(:checked){background:var(--a);color:var(--b);border-color:var(--a)}
label:has(:focus-visible),button:focus-visible{outline:3px solid var(--a);outline-offset:2px}
.column label{min-height:2.75rem}
.column input{width:1.25rem;height:1.25rem;accent-color:var(--a)}
.ends{display:flex;justify-content:space-between;font-size:.875em;margin:.25rem 0 0;}
.scale{display:inline-block;max-width:100%}
.foot{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin-top:1rem}
.foot p{flex:1 1 14rem;margin:0;font-size:.875em}
button{font:inherit;min-height:2.75rem;padding:0 1rem;border-radius:6px;border:1px solid var(--a);background:var(--a);color:var(--b);cursor:pointer}
button.close{position:absolute;top:.5rem;right:.5rem;width:2.75rem;padding:0;background:none;color:var(--f);border-color:transparent}
.error{margin:.5rem 0 0;min-height:1.5em}
`;

/** Time for which half of the form must have been in view, ms. */
const LOOK = 1000;

/** Time after which a thank you goes, ms. */
const THANKS = 6000;

/** A page that was left alone for so long, ms, may be asked on coming back what an exit asks. */
const AWAY = 1000;

/** The answer that a form's checked values amount to; undefined if there is none. */
export function answerOf(kind: SurveyAsk["kind"], checked: readonly string[]): number | string | readonly string[] | undefined {
  if (!checked.length) return undefined;
  if (kind === "multi") return checked;
  return kind === "one" ? checked[0] : Number(checked[0]);
}

/** What may be chosen: values with their labels are the same. */
export function choicesOf({ kind, answers }: SurveyAsk): readonly string[] {
  if (kind === "csat") return ["1", "2", "3", "4", "5"];
  if (kind === "nps") return Array.from({ length: 11 }, (_, i) => String(i));
  return answers;
}

/** Where there is no page its pure functions can be tried all the same. */
const Base = typeof HTMLElement === "undefined" ? (Object as unknown as typeof HTMLElement) : HTMLElement;

const dunlin = (): Dunlin | undefined => (window as unknown as { dunlin?: Dunlin }).dunlin;

/** Surveys that this page shows: none is shown twice. */
const shown = new Set<string>();

class SurveyElement extends Base {
  #asked: SurveyAsk | undefined;
  #told = false;
  #timer = 0;
  #off = new AbortController();

  connectedCallback(): void {
    this.#off = new AbortController();
    const { signal } = this.#off;
    void this.#ask(false);
    // The visitor turns to leave: the pointer goes out at the top, or a page that was left is come back to.
    document.documentElement.addEventListener(
      "mouseleave",
      ({ clientY }) => {
        if (clientY <= 0) void this.#ask(true);
      },
      { signal },
    );
    let since = 0;
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.visibilityState === "hidden") since = Date.now();
        else if (since && Date.now() - since > AWAY) void this.#ask(true);
      },
      { signal },
    );
  }

  disconnectedCallback(): void {
    this.#off.abort();
  }

  get #language(): Language {
    return /^zh/i.test(this.closest<HTMLElement>("[lang]")?.lang || navigator.language) ? "zh" : "en";
  }

  async #ask(exit: boolean): Promise<void> {
    const run = dunlin();
    if (!run || this.#asked) return;
    const request = { do: "surveys", exit };
    const outcome = await (run.ask as unknown as (r: object) => Promise<Outcome<SurveyAsk[]>>)(request);
    if (!outcome.ok || this.#asked) return;
    const own = this.getAttribute("name");
    // Without a name it takes what no other element of the page has, or waits for.
    const mine = (name: string) => (own ? name === own : !document.querySelector(`dunlin-survey[name="${CSS.escape(name)}"]`));
    const survey = outcome.value.find(({ name }) => mine(name) && !shown.has(name));
    if (!survey) return;
    this.#asked = survey;
    shown.add(survey.name);
    this.#draw(survey);
    const watch = new IntersectionObserver(
      ([entry]) => {
        clearTimeout(this.#timer);
        const { isIntersecting, intersectionRatio, intersectionRect } = entry!;
        const half = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height * 2 >= innerHeight);
        if (half) this.#timer = window.setTimeout(() => this.#tell(), LOOK);
      },
      { threshold: [0, 0.25, 0.5, 0.75, 1] },
    );
    watch.observe(this);
    this.#off.signal.addEventListener("abort", () => {
      watch.disconnect();
      clearTimeout(this.#timer);
    });
  }

  /** Tells the device that the visitor was asked: a form that nobody saw asked nobody. */
  #tell(): void {
    if (this.#told || !this.#asked) return;
    this.#told = true;
    void dunlin()?.track("asked", { survey: this.#asked.name });
  }

  #close(): void {
    this.#tell();
    this.removeAttribute("open");
  }

  #draw(survey: SurveyAsk): void {
    const texts = TEXTS[this.#language];
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const numbers = survey.kind === "csat" || survey.kind === "nps";
    const type = survey.kind === "multi" ? "checkbox" : "radio";
    const choices = make("div", { class: numbers ? "row" : "column" }, [
      ...choicesOf(survey).map((value) =>
        make("label", {}, [make("input", { type, name: "answer", value }), make("span", {}, [this.#label(value)])]),
      ),
    ]);
    const ends = numbers
      ? [
          make("p", { class: "ends", id: "ends" }, [
            make("span", {}, [texts[`${survey.kind}_low`]!]),
            make("span", {}, [texts[`${survey.kind}_high`]!]),
          ]),
        ]
      : [];
    const legend = make("legend", {}, [this.getAttribute("question") || texts[survey.kind]!]);
    const fields = make("fieldset", numbers ? { "aria-describedby": "ends" } : {}, [
      legend,
      make("div", { class: "scale" }, [choices, ...ends]),
    ]);
    const error = make("p", { class: "error", role: "alert" });
    const foot = make("div", { class: "foot" }, [make("button", { type: "submit" }, [texts["send"]!]), make("p", {}, [texts["private"]!])]);
    const form = make("form", { novalidate: "" }, [fields, error, foot]) as HTMLFormElement;
    const close = make("button", { class: "close", type: "button", "aria-label": texts["close"]! }, ["×"]);
    const said = make("p", { role: "status", "aria-live": "polite" });
    said.hidden = true;
    root.replaceChildren(
      make("section", { "aria-label": legend.textContent, lang: this.#language === "zh" ? "zh-CN" : "en" }, [form, said, close]),
    );
    close.addEventListener("click", () => this.#close());
    root.addEventListener("keydown", (event) => {
      if ((event as KeyboardEvent).key === "Escape") this.#close();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const checked = [...form.querySelectorAll<HTMLInputElement>(":checked")].map(({ value }) => value);
      const value = answerOf(survey.kind, checked);
      if (value === undefined) {
        error.textContent = texts["missing"]!;
        form.querySelector("input")?.focus();
        return;
      }
      // Once: there is no form any more to send it again.
      form.remove();
      said.hidden = false;
      said.textContent = this.getAttribute("thanks") || texts["thanks"]!;
      this.#tell();
      void dunlin()?.track("answer", { survey: survey.name, value });
      setTimeout(() => this.removeAttribute("open"), THANKS);
    });
    this.setAttribute("open", "");
    this.dispatchEvent(new CustomEvent("dunlin:survey", { bubbles: true, detail: { survey: survey.name } }));
  }

  /** What the site calls an answer: `<option value="price">The price</option>` in the element. */
  #label(value: string): string {
    const option = [...this.querySelectorAll("option")].find((o) => o.value === value);
    return option?.textContent || value;
  }
}

function make(name: string, attributes: Readonly<Record<string, string>>, children: readonly (Node | string)[] = []): HTMLElement {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

if (typeof customElements !== "undefined" && !customElements.get("dunlin-survey")) customElements.define("dunlin-survey", SurveyElement);
