import { catalogue, picture, shelf } from "../goods/catalogue";
import { topics, type Product } from "../goods/product";
import { address, root, type Language } from "../language";
import { html, type Markup } from "../markup";
import { cards } from "./card";
import { icon, type Icon } from "./icon";
import type { Page } from "./page";
import { hero, promotion } from "./slots";
import { say, type Word } from "./words";

/** New things first, then the last of each shelf: eight in all. */
function arrivals(): readonly Product[] {
  const fresh = catalogue.filter((product) => product.isNew === true);
  const last = topics.map((topic) => shelf(topic).at(-2) as Product);
  return [...fresh, ...last].slice(0, 8);
}

function shelves(l: Language): Markup {
  return html`<ul class="doors" role="list">
    ${topics.map((topic) => {
      const product = shelf(topic)[2] as Product;
      return html`<li class="door tint-${product.tint}">
        <img src="${picture(product)}" alt="" width="400" height="400" loading="lazy" decoding="async" />
        <h3><a href="${address(`${topic}.html`, l)}">${say(topic, l)}</a></h3>
      </li>`;
    })}
  </ul>`;
}

const promises: readonly (readonly [Icon, Word, Word])[] = [
  ["bike", "factShip", "factShipText"],
  ["back", "factReturn", "factReturnText"],
  ["needle", "factRepair", "factRepairText"],
  ["shield", "factPrivate", "factPrivateText"],
];

/** The home page: hero, shelves, an offer, what is new. */
export function home(l: Language): Page {
  return {
    file: "index.html",
    kind: "home",
    language: l,
    title: `${say("shop", l)} – ${say("tagline", l)}`,
    description: say("heroPlainText", l),
    topics: [],
    content: html`${hero(l)}
      <section class="band" aria-labelledby="shelves">
        <h2 id="shelves">${say("shelvesTitle", l)}</h2>
        ${shelves(l)}
      </section>
      <div class="band">${promotion(l)}</div>
      <section class="band" aria-labelledby="new">
        <div class="band-head">
          <h2 id="new">${say("newTitle", l)}</h2>
          <p>${say("newText", l)}</p>
        </div>
        ${cards(arrivals(), l)}
      </section>
      <section class="band">
        <div class="mend">
          <img src="${root}scenes/workshop.svg" alt="" width="720" height="540" loading="lazy" decoding="async" />
          <div class="mend-words">
            <h2>${say("mendTitle", l)}</h2>
            <p>${say("mendText", l)}</p>
            <a class="quiet-link" href="${address("about.html", l)}#workshop">${say("mendLink", l)}${icon("arrow")}</a>
          </div>
        </div>
      </section>
      <ul class="promises band" role="list">
        ${promises.map(
          ([drawing, title, text]) =>
            html`<li>
              ${icon(drawing)}
              <h3>${say(title, l)}</h3>
              <p>${say(text, l)}</p>
            </li>`,
        )}
      </ul>`,
  };
}
