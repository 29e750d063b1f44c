import { address, type Language } from "../language";
import { html, type Markup } from "../markup";
import type { Page } from "./page";
import { promotion } from "./slots";
import { say, type Word } from "./words";

/** The sums of a cart; the script fills them in. */
function summary(l: Language, below: Markup): Markup {
  const row = (name: string, word: Word): Markup =>
    html`<div class="sum-${name}" data-row="${name}">
      <dt>${say(word, l)}</dt>
      <dd data-sum="${name}"></dd>
    </div>`;
  return html`<aside class="summary" aria-labelledby="summary">
    <h2 id="summary">${say("summary", l)}</h2>
    <dl>${row("goods", "goods")}${row("bundle", "bundle")}${row("shipping", "shipping")}${row("sum", "sum")}</dl>
    ${below}
  </aside>`;
}

/** The cart. */
export function cartPage(l: Language): Page {
  return {
    file: "cart.html",
    kind: "cart",
    language: l,
    title: `${say("cartTitle", l)} – ${say("shop", l)}`,
    description: say("cartTitle", l),
    topics: [],
    own: true,
    content: html`<div class="band page-head"><h1>${say("cartTitle", l)}</h1></div>
      <noscript><p class="band note">${say("noScriptCart", l)}</p></noscript>
      <div class="band cart" data-cart hidden>
        <ul class="lines" role="list" data-lines></ul>
        ${summary(l, html`<a class="button wide" href="${address("checkout.html", l)}">${say("checkout", l)}</a><a class="quiet-link centred" href="${address("", l)}">${say("onShopping", l)}</a>`)}
      </div>
      <div class="band empty-cart" data-cart-empty hidden>
        <p>${say("cartEmpty", l)}</p>
        <a class="button" href="${address("", l)}">${say("onShopping", l)}</a>
      </div>
      <div class="band">${promotion(l)}</div>`,
  };
}

interface Field {
  readonly name: string;
  readonly word: Word;
  readonly type?: string;
  readonly complete: string;
  readonly wide?: boolean;
}

const addressFields: readonly Field[] = [
  { name: "name", word: "fullName", complete: "name", wide: true },
  { name: "street", word: "street", complete: "street-address", wide: true },
  { name: "postcode", word: "postcode", complete: "postal-code" },
  { name: "city", word: "city", complete: "address-level2" },
];

function field({ name, word, type, complete, wide }: Field, l: Language): Markup {
  return html`<p class="field${wide === true && " wide"}">
    <label for="${name}">${say(word, l)}</label
    ><input id="${name}" name="${name}" type="${type ?? "text"}" autocomplete="${complete}" required maxlength="120" /><span
      class="wrong"
      id="${name}-wrong"
      data-wrong="${name}"
    ></span>
  </p>`;
}

const countries: readonly (readonly [code: string, en: string, zh: string])[] = [
  ["AT", "Austria", "奥地利"],
  ["CN", "China", "中国"],
  ["DE", "Germany", "德国"],
  ["FR", "France", "法国"],
  ["HK", "Hong Kong SAR", "中国香港"],
  ["IE", "Ireland", "爱尔兰"],
  ["IT", "Italy", "意大利"],
  ["NL", "Netherlands", "荷兰"],
  ["SG", "Singapore", "新加坡"],
  ["ES", "Spain", "西班牙"],
  ["CH", "Switzerland", "瑞士"],
];

/** The checkout: a form that asks what a shop asks, and takes no money. */
export function checkoutPage(l: Language): Page {
  return {
    file: "checkout.html",
    kind: "checkout",
    language: l,
    title: `${say("checkoutTitle", l)} – ${say("shop", l)}`,
    description: say("checkoutNote", l),
    topics: [],
    own: true,
    content: html`<div class="band page-head">
        <h1>${say("checkoutTitle", l)}</h1>
        <p class="note">${say("checkoutNote", l)}</p>
      </div>
      <noscript><p class="band note">${say("noScriptCart", l)}</p></noscript>
      <div class="band cart" data-cart hidden>
        <form class="checkout" data-checkout novalidate>
          <fieldset>
            <legend>${say("contact", l)}</legend>
            ${field({ name: "email", word: "email", type: "email", complete: "email", wide: true }, l)}
          </fieldset>
          <fieldset>
            <legend>${say("deliverTo", l)}</legend>
            ${addressFields.map((one) => field(one, l))}
            <p class="field wide">
              <label for="country">${say("country", l)}</label
              ><select id="country" name="country" autocomplete="country">
                ${countries.map(([code, en, zh]) => html`<option value="${code}" ${code === (l === "zh" ? "CN" : "IE") && html`selected`}>${l === "zh" ? zh : en}</option>`)}
              </select>
            </p>
          </fieldset>
          <fieldset class="choices">
            <legend>${say("delivery", l)}</legend>
            <label><input type="radio" name="delivery" value="home" checked /><span>${say("deliveryHome", l)}</span></label>
            <label><input type="radio" name="delivery" value="point" /><span>${say("deliveryPoint", l)}</span></label>
          </fieldset>
          <fieldset>
            <legend>${say("payment", l)}</legend>
            <p class="note">${say("paymentText", l)}</p>
          </fieldset>
          <button class="button wide" type="submit">${say("order", l)}</button>
        </form>
        ${summary(l, html`<ul class="lines small" role="list" data-lines></ul>`)}
      </div>
      <div class="band empty-cart" data-cart-empty hidden>
        <p>${say("cartEmpty", l)}</p>
        <a class="button" href="${address("", l)}">${say("onShopping", l)}</a>
      </div>`,
  };
}

/** What comes after the order; the script tells the device of it, once. */
export function donePage(l: Language): Page {
  return {
    file: "done.html",
    kind: "done",
    language: l,
    title: `${say("doneTitle", l)} – ${say("shop", l)}`,
    description: say("doneTitle", l),
    topics: [],
    own: true,
    content: html`<div class="band done" data-done hidden>
        <img src="/demo/shop/scenes/parcel.svg" alt="" width="360" height="300" />
        <h1>${say("doneTitle", l)}</h1>
        <p class="lead" data-done-text="${say("doneText", l)}"></p>
        <div class="aside">
          <h2>${say("doneWhat", l)}</h2>
          <p>${say("doneWhatText", l)}</p>
        </div>
        <a class="button" href="${address("", l)}">${say("onShopping", l)}</a>
      </div>
      <div class="band empty-cart" data-done-none hidden>
        <p>${say("doneNone", l)}</p>
        <a class="button" href="${address("", l)}">${say("onShopping", l)}</a>
      </div>
      <noscript><p class="band note">${say("noScriptCart", l)}</p></noscript>`,
  };
}
