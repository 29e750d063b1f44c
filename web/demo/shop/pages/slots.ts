import { address, root, type Language } from "../language";
import { html, type Markup } from "../markup";
import { topics, type Topic } from "../goods/product";
import { icon } from "./icon";
import { say, type Word } from "./words";

const heads: Readonly<Record<"plain" | Topic, readonly [title: Word, text: Word, link: Word, page: string]>> = {
  plain: ["heroPlain", "heroPlainText", "heroPlainLink", "#new"],
  shoes: ["heroShoes", "heroShoesText", "heroShoesLink", "shoes.html"],
  bags: ["heroBags", "heroBagsText", "heroBagsLink", "bags.html"],
  watches: ["heroWatches", "heroWatchesText", "heroWatchesLink", "watches.html"],
  sports: ["heroSports", "heroSportsText", "heroSportsLink", "sports.html"],
  kids: ["heroKids", "heroKidsText", "heroKidsLink", "kids.html"],
};

/** A hero's scene, by day and in the dark. */
function scene(variant: "plain" | Topic): Markup {
  return html`<picture
    ><source srcset="${root}scenes/${variant}-night.svg" media="(prefers-color-scheme: dark)" />
    <img class="hero-scene" src="${root}scenes/${variant}.svg" alt="" width="1600" height="640" fetchpriority="high"
  /></picture>`;
}

function head(variant: "plain" | Topic, l: Language): Markup {
  const [title, text, link, page] = heads[variant];
  return html`<div class="hero hero-${variant}">
    ${scene(variant)}
    <div class="hero-words">
      <h1>${say(title, l)}</h1>
      <p>${say(text, l)}</p>
      <a class="button" href="${page.startsWith("#") ? page : address(page, l)}">${say(link, l)}${icon("arrow")}</a>
    </div>
  </div>`;
}

/** The first thing on the home page: six forms of it, of which the browser picks one. */
export function hero(l: Language): Markup {
  return html`<dunlin-slot name="hero">
    ${head("plain", l)}
    ${topics.map((topic) => html`<template data-variant="${topic}" data-context="${topic}">${head(topic, l)}</template>`)}
  </dunlin-slot>`;
}

const offers = {
  plain: ["promotionPlain", "promotionPlainText", "promotionPlainLink", "returns", "back"],
  free_shipping: ["promotionFree", "promotionFreeText", "promotionFreeLink", "delivery", "bike"],
  bundle: ["promotionBundle", "promotionBundleText", "promotionBundleLink", "bundle", "basket"],
} as const;

function offer(variant: keyof typeof offers, l: Language): Markup {
  const [title, text, link, place, drawing] = offers[variant];
  return html`<div class="offer offer-${variant}">
    ${icon(drawing)}
    <p class="offer-words"><strong>${say(title, l)}</strong> <span>${say(text, l)}</span></p>
    <a href="${address("about.html", l)}#${place}">${say(link, l)}</a>
  </div>`;
}

/** The line that tells of one of three offers, which all hold for everybody. */
export function promotion(l: Language): Markup {
  return html`<dunlin-slot name="promotion">
    ${offer("plain", l)}
    <template data-variant="free_shipping">${offer("free_shipping", l)}</template>
    <template data-variant="bundle">${offer("bundle", l)}</template>
  </dunlin-slot>`;
}
