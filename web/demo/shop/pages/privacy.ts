import type { Language } from "../language";
import { allNames } from "../../reading";
import { html, Markup } from "../markup";
import type { Page } from "./page";
import { say } from "./words";

/** What the visitor's own browser knows, for the visitor's eyes; the script fills it in. */
export function privacyPage(l: Language): Page {
  return {
    file: "privacy.html",
    kind: "privacy",
    language: l,
    title: `${say("privacyTitle", l)} – ${say("shop", l)}`,
    description: say("privacyLead", l),
    topics: [],
    content: html`<article class="band prose">
      <h1>${say("privacyTitle", l)}</h1>
      <p class="lead">${say("privacyLead", l)}</p>
      <noscript><p class="note">${say("needScript", l)}</p></noscript>
      <!-- Where the element's script is missing, what stands in it is shown. -->
      <dunlin-privacy heading="2">
        <script type="application/json">
          ${new Markup(JSON.stringify(allNames(l)))}
        </script>
        <section id="choice">
          <h2>${say("yourChoice", l)}</h2>
          <div data-privacy="choice"></div>
        </section>
        <section id="report">
          <h2>${say("yourReport", l)}</h2>
          <p>${say("yourReportText", l)}</p>
          <div class="known" data-privacy="report" aria-live="polite"></div>
        </section>
        <section id="why">
          <h2>${say("yourWhy", l)}</h2>
          <p>${say("yourWhyText", l)}</p>
          <div class="known" data-privacy="why" aria-live="polite"></div>
        </section>
        <section id="forget">
          <h2>${say("forget", l)}</h2>
          <p>${say("forgetText", l)}</p>
          <p>
            <button class="button plain" type="button" data-forget hidden>${say("forget", l)}</button>
            <span role="status" data-forgotten></span>
          </p>
        </section>
      </dunlin-privacy>
      <section id="state">
        <h2>${say("state", l)}</h2>
        <p>${say("stateText", l)}</p>
        <div class="known" data-privacy="state"></div>
      </section>
      <section id="shop">
        <h2>${say("shopKeeps", l)}</h2>
        <p>${say("shopKeepsText", l)}</p>
      </section>
    </article>`,
  };
}
