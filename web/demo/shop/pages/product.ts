import { catalogue, picture, shelf } from "../goods/catalogue";
import { topics, type Colour, type Product } from "../goods/product";
import { address, type Language } from "../language";
import { data, html, type Markup } from "../markup";
import { money } from "../money";
import { cards } from "./card";
import type { Page } from "./page";
import { say } from "./words";

const sizes = [36, 37, 38, 39, 40, 41, 42, 43, 44, 45];

/** A product as schema.org says it; the script takes its topic from here too. */
function linked(product: Product, l: Language): Markup {
  return data("application/ld+json", {
    "@context": "https://schema.org",
    "@type": "Product",
    name: product.name[l],
    description: product.short[l],
    sku: product.id,
    category: product.topic,
    image: picture(product),
    brand: { "@type": "Brand", name: say("shop", l) },
    offers: { "@type": "Offer", price: product.price / 100, priceCurrency: "EUR", availability: "https://schema.org/InStock" },
  });
}

function swatch(product: Product, colour: Colour, first: boolean, l: Language): Markup {
  return html`<label class="swatch"
    ><input
      type="radio"
      name="colour"
      value="${colour.id}"
      ${first && html`checked`}
      data-picture="${picture(product, colour.id)}"
      data-alt="${say("pictureOf", l, { name: product.name[l], colour: colour.name[l] })}"
    /><svg viewBox="0 0 28 28" aria-hidden="true">
      <circle cx="14" cy="14" r="13" fill="${colour.palette.body}" />
      <path d="M4.8 23.2A13 13 0 0 0 23.2 4.8z" fill="${colour.palette.trim}" /></svg
    ><span>${colour.name[l]}</span></label
  >`;
}

function buy(product: Product, l: Language): Markup {
  return html`<form class="buy" data-buy="${product.id}">
    <fieldset class="swatches">
      <legend>${say("colour", l)}</legend>
      ${product.colours.map((colour, i) => swatch(product, colour, i === 0, l))}
    </fieldset>
    ${
      product.topic === "shoes" &&
      html`<fieldset class="sizes">
        <legend>${say("size", l)}</legend>
        ${sizes.map((size) => html`<label><input type="radio" name="size" value="${size}" ${size === 40 && html`checked`} /><span>${size}</span></label>`)}
      </fieldset>`
    }
    <button class="button wide" type="submit" data-dunlin-track="cart" data-dunlin-topics="${product.topic}">${say("add", l)}</button>
    <noscript><p class="note">${say("noScriptCart", l)}</p></noscript>
    <p class="added" role="status" data-added></p>
  </form>`;
}

/** Four of the shelf, starting after the product itself. */
function neighbours(product: Product): readonly Product[] {
  const all = shelf(product.topic);
  const at = all.indexOf(product);
  return [1, 2, 3, 4].map((step) => all[(at + step) % all.length] as Product);
}

/** One of each other shelf. */
function strangers(product: Product): readonly Product[] {
  const at = shelf(product.topic).indexOf(product);
  return topics.filter((topic) => topic !== product.topic).map((topic, i) => shelf(topic)[(at + i * 3) % shelf(topic).length] as Product);
}

/** A product's page. */
export function productPage(product: Product, l: Language): Page {
  const first = product.colours[0];
  return {
    file: `p/${product.id}.html`,
    kind: "product",
    language: l,
    title: `${product.name[l]} – ${say("shop", l)}`,
    description: product.short[l],
    topics: [product.topic],
    content: html`${linked(product, l)}
      <nav class="band crumbs" aria-label="${say("path", l)}">
        <ol>
          <li><a href="${address("", l)}">${say("home", l)}</a></li>
          <li><a href="${address(`${product.topic}.html`, l)}">${say(product.topic, l)}</a></li>
          <li aria-current="page">${product.name[l]}</li>
        </ol>
      </nav>
      <article class="band product">
        <div class="product-picture tint-${product.tint}">
          <img
            src="${picture(product)}"
            alt="${say("pictureOf", l, { name: product.name[l], colour: first.name[l] })}"
            width="400"
            height="400"
            fetchpriority="high"
            data-product-picture
          />${product.isNew === true && html`<span class="mark">${say("newMark", l)}</span>`}
        </div>
        <div class="product-words">
          <h1>${product.name[l]}</h1>
          <p class="product-short">${product.short[l]}</p>
          <p class="price big">${money(product.price, l)}</p>
          ${buy(product, l)}
          <p class="product-long">${product.long[l]}</p>
          <h2>${say("facts", l)}</h2>
          <ul class="facts">
            ${product.facts.map((fact) => html`<li>${fact[l]}</li>`)}
          </ul>
        </div>
      </article>
      <section class="band">
        <h2>${say("more", l)}</h2>
        ${cards(neighbours(product), l)}
      </section>
      <section class="band">
        <h2>${say("elsewhere", l)}</h2>
        ${cards(strangers(product), l)}
      </section>`,
  };
}

/** All product pages of a language. */
export function productPages(l: Language): readonly Page[] {
  return catalogue.map((product) => productPage(product, l));
}
