import { topics } from "../goods/product";
import { address, languages, root, type Language } from "../language";
import { html, Markup } from "../markup";
import { icon } from "./icon";
import type { Page } from "./page";
import { say } from "./words";

const names: Readonly<Record<Language, { readonly code: string; readonly name: string }>> = {
  en: { code: "en", name: "English" },
  zh: { code: "zh-CN", name: "简体中文" },
};

/** Writes a page out, head to foot. The server puts the script's tag at the mark in the head. */
export function layout(page: Page): string {
  const l = page.language;
  return html`<!doctype html>
    <html lang="${names[l].code}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <script src="${root}early.js"></script>
        ${new Markup("<!--dunlin-->")}
        <title>${page.title}</title>
        <meta name="description" content="${page.description}" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#faf7f1" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#15191d" media="(prefers-color-scheme: dark)" />
        ${page.own === true && html`<meta name="robots" content="noindex" />`}
        ${languages.map((other) => html`<link rel="alternate" hreflang="${names[other].code}" href="${link(page, other)}" />`)}
        <link rel="icon" type="image/svg+xml" href="${root}petrel.svg" />
        <link rel="stylesheet" href="${root}shop.css" />
        <script src="${root}shop.js" defer></script>
        ${page.script !== undefined && html`<script src="${root}${page.script}" defer></script>`}
      </head>
      <body data-page="${page.kind}">
        <a class="skip" href="#content">${say("skip", l)}</a>
        ${header(page)}
        <main id="content" tabindex="-1" ${page.topics.length > 0 && html`data-dunlin-topics="${page.topics.join(", ")}"`}>
          ${page.content}
        </main>
        ${footer(l)}
      </body>
    </html> `.text;
}

function link(page: Page, language: Language): string {
  return address(page.file === "index.html" ? "" : page.file, language);
}

function header(page: Page): Markup {
  const l = page.language;
  return html`<header class="top">
    <div class="top-in">
      <a class="brand" href="${address("", l)}">${icon("petrel")}<span>${say("shop", l)}</span></a>
      <nav class="shelves" aria-label="${say("sections", l)}">
        ${topics.map((topic) => html`<a href="${address(`${topic}.html`, l)}" ${page.topics[0] === topic && html`aria-current="${page.kind === "shelf" ? "page" : "true"}"`}>${say(topic, l)}</a>`)}
      </nav>
      <form class="seek" role="search" aria-label="${say("search", l)}" action="${address("search.html", l)}">
        ${icon("lens")}<input
          type="search"
          name="q"
          aria-label="${say("searchFor", l)}"
          placeholder="${say("search", l)}"
          autocomplete="off"
          enterkeyhint="search"
        />
      </form>
      <nav class="tools" aria-label="${say("language", l)}">
        ${languages.map((other) => other !== l && html`<a class="tongue" href="${link(page, other)}" hreflang="${names[other].code}" lang="${names[other].code}" data-language="${other}">${names[other].name}</a>`)}
      </nav>
      <a class="cart-link" href="${address("cart.html", l)}"
        >${icon("basket")}<span class="cart-word">${say("cart", l)}</span><span class="cart-count" data-cart-count hidden></span
      ></a>
    </div>
  </header>`;
}

function footer(l: Language): Markup {
  return html`<footer class="foot">
    <div class="foot-in">
      <div class="foot-brand">
        <a class="brand" href="${address("", l)}">${icon("petrel")}<span>${say("shop", l)}</span></a>
        <p>${say("tagline", l)}</p>
      </div>
      <nav aria-label="${say("footShop", l)}">
        <h2>${say("footShop", l)}</h2>
        <ul>
          ${topics.map((topic) => html`<li><a href="${address(`${topic}.html`, l)}">${say(topic, l)}</a></li>`)}
        </ul>
      </nav>
      <nav aria-label="${say("footHelp", l)}">
        <h2>${say("footHelp", l)}</h2>
        <ul>
          <li><a href="${address("about.html", l)}">${say("about", l)}</a></li>
          <li><a href="${address("about.html", l)}#delivery">${say("deliveryTitle", l)}</a></li>
          <li><a href="${address("about.html", l)}#returns">${say("returnsTitle", l)}</a></li>
          <li><a href="${address("privacy.html", l)}">${say("privacy", l)}</a></li>
        </ul>
      </nav>
      <p class="foot-note">${say("footDemo", l)} <a href="/">${say("footDashboard", l)}</a></p>
    </div>
  </footer>`;
}
