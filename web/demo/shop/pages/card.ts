import { picture } from "../goods/catalogue";
import type { Product } from "../goods/product";
import { address, type Language } from "../language";
import { html, type Markup } from "../markup";
import { money } from "../money";
import { say } from "./words";

/** A product in a list. What filters and order go by stands in its data attributes. */
export function card(product: Product, l: Language, heading: "h2" | "h3" = "h3"): Markup {
  const first = product.colours[0];
  const name = html`<a href="${address(`p/${product.id}.html`, l)}">${product.name[l]}</a>`;
  return html`<li class="card" data-price="${product.price}" data-name="${product.name[l]}" ${product.isNew === true && html`data-new`}>
    <div class="card-picture tint-${product.tint}">
      <img
        src="${picture(product)}"
        alt="${say("pictureOf", l, { name: product.name[l], colour: first.name[l] })}"
        width="400"
        height="400"
        loading="lazy"
        decoding="async"
      />${product.isNew === true && html`<span class="mark">${say("newMark", l)}</span>`}
    </div>
    ${heading === "h2" ? html`<h2>${name}</h2>` : html`<h3>${name}</h3>`}
    <p class="card-short">${product.short[l]}</p>
    <p class="card-line">
      <span class="price">${money(product.price, l)}</span
      ><span class="dots" role="img" aria-label="${say("inColours", l, { n: product.colours.length })}"
        >${product.colours.map((colour) => html`<svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5.5" fill="${colour.palette.body}" /></svg>`)}</span
      >
    </p>
  </li>`;
}

/** A list of products. */
export function cards(products: readonly Product[], l: Language, heading: "h2" | "h3" = "h3"): Markup {
  return html`<ul class="cards" role="list">
    ${products.map((product) => card(product, l, heading))}
  </ul>`;
}
