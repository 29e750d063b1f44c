import type { Language } from "../language";
import { html } from "../markup";
import type { Page } from "./page";
import { say } from "./words";

/** Where a day of the demonstration ends; web/demo/bar/next.ts fills it in. */
export function nextPage(l: Language): Page {
  return {
    file: "next.html",
    kind: "next",
    language: l,
    title: `${say("nextTitle", l)} – ${say("shop", l)}`,
    description: say("nextLead", l),
    topics: [],
    own: true,
    script: "next.js",
    content: html`<article class="band next" data-next>
      <h1>${say("nextTitle", l)}</h1>
      <p class="lead">${say("nextLead", l)}</p>
      <noscript><p class="note">${say("needScript", l)}</p></noscript>
    </article>`,
  };
}
