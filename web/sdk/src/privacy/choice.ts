/**
 * The two consents, pausing, saving and erasing everything.
 *
 * @module
 */

import type { ConsentState } from "../api";
import type { Consent } from "../protocol";
import { button, fill, make, save } from "./dom";
import { yesOrNo } from "./questions";
import { Part, type View } from "./view";
import { W } from "./words";

/** The visitor's choice. */
export class Choice extends Part {
  constructor(view: View) {
    super(view, "choice", W.choice);
  }

  show(state: ConsentState, paused: boolean | undefined): void {
    const { l, dunlin, refresh } = this.view;
    const told = async (consent: Consent, focus: boolean): Promise<void> => {
      const outcome = await dunlin.consent(consent);
      const none = !consent.measure && !consent.personalize;
      if (!focus) this.say(outcome.ok ? l.say(none ? W.optedOut : W.saved) : l.say(W.failed, { say: outcome.say }));
      const at = (this.body.getRootNode() as ShadowRoot).activeElement as HTMLInputElement | null;
      await refresh();
      if (focus) this.say(l.say(W.optedOut), true);
      else if (at?.name) this.body.querySelector<HTMLElement>(`input[name=${at.name}][value=${at.value}]`)?.focus();
    };
    const { measure, personalize } = state;
    const set = (change: Partial<Consent>) => told({ measure, personalize, ...change }, false);
    const pause = async (): Promise<void> => {
      const outcome = await dunlin.ask<{ paused: boolean }>({ do: "pause", paused: !paused });
      await refresh();
      this.say(outcome.ok ? l.say(outcome.value.paused ? W.paused : W.resumed) : l.say(W.failed, { say: outcome.say }), true);
    };
    fill(
      this.body,
      state.signal && make("p", {}, l.say(W.signal)),
      yesOrNo(this.view, "measure", state.measure, (yes) => set({ measure: yes })),
      yesOrNo(this.view, "personalize", state.personalize, (yes) => set({ personalize: yes })),
      paused !== undefined && make("p", {}, l.say(W.pauseText)),
      make(
        "div",
        { class: "row" },
        paused !== undefined && button(l.say(paused ? W.resume : W.pause), pause, { "data-do": "pause" }),
        (measure || personalize) &&
          button(l.say(W.optOut), () => told({ measure: false, personalize: false }, true), { "data-do": "opt-out" }),
      ),
    );
  }
}

/** Saving and erasing everything. */
export class All extends Part {
  constructor(
    view: View,
    readonly everything: () => unknown,
  ) {
    super(view, "all", W.all);
  }

  show(): void {
    const { l, dunlin, refresh } = this.view;
    const sure = make("div", { class: "row", hidden: true });
    const ask = button(
      l.say(W.forget),
      () => {
        sure.hidden = false;
        ask.hidden = true;
        sure.querySelector("button")?.focus();
      },
      { "data-do": "forget" },
    );
    const forget = async (): Promise<void> => {
      const outcome = await dunlin.forget();
      await refresh();
      this.say(outcome.ok ? l.say(W.forgotten) : l.say(W.notErased, { say: outcome.say }), true);
    };
    fill(
      sure,
      button(l.say(W.keep), () => {
        sure.hidden = true;
        ask.hidden = false;
        ask.focus();
      }),
      button(l.say(W.sure), forget, { "data-do": "sure" }),
    );
    const json = (): void => save("dunlin.json", "application/json", JSON.stringify(this.everything(), null, 2));
    fill(
      this.body,
      make("p", {}, l.say(W.forgetText)),
      make("div", { class: "row" }, button(l.say(W.json), json, { "data-do": "json" }), ask),
      sure,
    );
  }
}
