import type { Listed } from "../goods/listed";
import { address, root, type Language } from "../language";
import { money } from "../money";
import { element } from "./element";

/** Address of a listed product's picture. */
export function pictureOf(product: Listed, colour: string): string {
  return `${root}pictures/${product.id}-${colour}.svg`;
}

/** A product in a list, as the pages write it (see pages/card.ts). */
export function tile(product: Listed, l: Language): HTMLElement {
  const image = element("img", {
    src: pictureOf(product, product.colours[0]?.id ?? ""),
    alt: "",
    width: 400,
    height: 400,
    decoding: "async",
  });
  return element(
    "li",
    { class: "card" },
    element("div", { class: `card-picture tint-${product.tint}` }, image),
    element("h2", {}, element("a", { href: address(`p/${product.id}.html`, l) }, product.name[l])),
    element("p", { class: "card-short" }, product.short[l]),
    element("p", { class: "card-line" }, element("span", { class: "price" }, money(product.price, l))),
  );
}
