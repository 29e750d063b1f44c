import { root, type Language } from "../language";
import { html, type Markup } from "../markup";
import type { Page } from "./page";
import { say, type Word } from "./words";

const parts: readonly (readonly [id: string, title: Word, text: Word])[] = [
  ["shop", "aboutShop", "aboutShopText"],
  ["delivery", "deliveryTitle", "deliveryText"],
  ["returns", "returnsTitle", "returnsText"],
  ["bundle", "bundleTitle", "bundleText"],
  ["workshop", "workshop", "workshopText"],
];

/** What the shop is, and what it would promise. */
export function aboutPage(l: Language): Page {
  const part = ([id, title, text]: readonly [string, Word, Word]): Markup =>
    html`<section id="${id}">
      <h2>${say(title, l)}</h2>
      <p>${say(text, l)}</p>
    </section>`;
  return {
    file: "about.html",
    kind: "about",
    language: l,
    title: `${say("about", l)} – ${say("shop", l)}`,
    description: say("aboutLead", l),
    topics: [],
    content: html`<article class="band prose">
      <img class="prose-picture" src="${root}scenes/workshop.svg" alt="" width="720" height="540" />
      <h1>${say("aboutTitle", l)}</h1>
      <p class="lead">${say("aboutLead", l)}</p>
      ${parts.map(part)}
    </article>`,
  };
}
