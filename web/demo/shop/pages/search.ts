import type { Language } from "../language";
import { html } from "../markup";
import { icon } from "./icon";
import type { Page } from "./page";
import { say } from "./words";

/** The search: the browser looks through products.json itself, and no query leaves it. */
export function searchPage(l: Language): Page {
  return {
    file: "search.html",
    kind: "search",
    language: l,
    title: `${say("searchTitle", l)} – ${say("shop", l)}`,
    description: say("searchFor", l),
    topics: [],
    own: true,
    content: html`<div class="band page-head">
        <h1>${say("searchTitle", l)}</h1>
        <form class="big-seek" role="search" aria-label="${say("searchFor", l)}" data-seek>
          ${icon("lens")}<input type="search" name="q" aria-label="${say("searchFor", l)}" autocomplete="off" enterkeyhint="search" />
        </form>
        <p class="sieve-count" role="status" data-seek-status>${say("searchHint", l)}</p>
        <noscript><p class="note">${say("noScriptCart", l)}</p></noscript>
      </div>
      <section class="band" aria-label="${say("results", l)}"><ul class="cards" role="list" data-results></ul></section>`,
  };
}
