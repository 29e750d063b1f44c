import { shelf } from "../goods/catalogue";
import type { Topic } from "../goods/product";
import type { Language } from "../language";
import { html, type Markup } from "../markup";
import { money } from "../money";
import { cards } from "./card";
import type { Page } from "./page";
import { promotion } from "./slots";
import { say, type Word } from "./words";

/** Price bands of the filter, in cents: from, up to (0: no end). */
const bands: readonly (readonly [number, number])[] = [
  [0, 50_00],
  [50_00, 100_00],
  [100_00, 0],
];

function band([low, high]: readonly [number, number], l: Language): string {
  if (low === 0) return say("below", l, { sum: money(high, l) });
  if (high === 0) return say("above", l, { sum: money(low, l) });
  return say("between", l, { low: money(low, l), high: money(high, l) });
}

/** Filter and order; shown once the script that does it runs. */
function controls(l: Language): Markup {
  return html`<form class="sieve" data-sieve hidden aria-label="${say("filters", l)}">
    <fieldset class="pills">
      <legend>${say("price", l)}</legend>
      <label><input type="radio" name="price" value="" checked /><span>${say("anyPrice", l)}</span></label>
      ${bands.map((range) => html`<label><input type="radio" name="price" value="${range.join("-")}" /><span>${band(range, l)}</span></label>`)}
    </fieldset>
    <label class="pill-check"><input type="checkbox" name="new" /><span>${say("onlyNew", l)}</span></label>
    <label class="sort"
      >${say("sort", l)}
      <select name="sort">
        <option value="shop">${say("sortShop", l)}</option>
        <option value="cheap">${say("sortCheap", l)}</option>
        <option value="dear">${say("sortDear", l)}</option>
        <option value="name">${say("sortName", l)}</option>
      </select></label
    >
    <p class="sieve-count" role="status" data-sieve-count></p>
  </form>`;
}

/** A topic's page. */
export function shelfPage(topic: Topic, l: Language): Page {
  const title = say(topic, l);
  const text = say(`${topic}Line` satisfies Word, l);
  return {
    file: `${topic}.html`,
    kind: "shelf",
    language: l,
    title: `${title} – ${say("shop", l)}`,
    description: text,
    topics: [topic],
    content: html`<div class="band page-head">
        <h1>${title}</h1>
        <p>${text}</p>
      </div>
      <div class="band">
        ${controls(l)} ${cards(shelf(topic), l, "h2")}
        <p class="empty" data-sieve-empty hidden>${say("nothingLeft", l)}</p>
      </div>
      <div class="band">${promotion(l)}</div>`,
  };
}
