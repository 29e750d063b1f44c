import { describe, expect, test } from "vitest";
import { catalogue, shelf } from "../shop/goods/catalogue";
import { topics } from "../shop/goods/product";
import { languages, root } from "../shop/language";
import { site } from "../shop/pages/site";

const files = new Map(site());
const pages = [...files].filter(([name]) => name.endsWith(".html"));
const pictures = [...files].filter(([name]) => name.endsWith(".svg"));
/** Made by the bundler, not here. */
const bundled = ["early.js", "shop.js", "next.js", "shop.css"];

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((found) => found[1] as string);
}

test("forty products, eight on each shelf, each with an address of its own", () => {
  expect(catalogue).toHaveLength(40);
  for (const topic of topics) expect(shelf(topic)).toHaveLength(8);
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(40);
  for (const product of catalogue) {
    expect(product.price % 100, product.id).toBe(0);
    expect(new Set(product.colours.map(({ id }) => id)).size, product.id).toBe(product.colours.length);
    for (const language of languages) {
      for (const text of [product.name, product.short, product.long, ...product.facts])
        expect(text[language].trim(), product.id).not.toBe("");
      if (language === "zh") for (const text of [product.short, product.long]) expect(text.zh, product.id).toMatch(/\p{Script=Han}/u);
    }
  }
});

describe("pages", () => {
  test("the same in both languages", () => {
    const names = pages.map(([name]) => name);
    expect(names.filter((name) => !name.startsWith("zh/")).toSorted()).toEqual(
      names
        .filter((name) => name.startsWith("zh/"))
        .map((name) => name.slice(3))
        .toSorted(),
    );
  });

  test.each(pages)("%s: the place for the script stands once, before anything is drawn", (_, text) => {
    expect(text.split("<!--dunlin-->")).toHaveLength(2);
    expect(text.indexOf("<!--dunlin-->")).toBeLessThan(text.indexOf("<link"));
    expect(text.indexOf("<!--dunlin-->")).toBeLessThan(text.indexOf("</head>"));
  });

  test.each(pages)("%s: passes the strictest policy", (_, text) => {
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|<base|https?:\/\/(?!schema\.org)/);
    // Data is no script: no policy stops it.
    for (const tag of all(text, /<script(?! type="application\/json">)([^>]*)>/g))
      expect(tag).toMatch(/^ (src="\/demo\/shop\/[\w.]+"( defer)?|type="application\/ld\+json")$/);
  });

  test.each(pages)("%s: every link and picture is there", (_, text) => {
    for (const address of all(text, /(?:href|src|srcset|action|data-picture)="([^"]*)"/g)) {
      if (address === "/") continue; // the dashboard
      const [path = "", place] = address.split("#");
      const target = path === "" ? text : files.get(path.slice(root.length) + (path.endsWith("/") ? "index.html" : ""));
      if (bundled.includes(path.slice(root.length))) continue;
      expect(target, address).toBeDefined();
      if (place !== undefined) expect(target, address).toContain(` id="${place}"`);
    }
  });

  test.each(pages)("%s: ids are its own, and labels point at them", (_, text) => {
    const ids = all(text.replace(/<template.*?<\/template>/gs, ""), /\sid="([^"]*)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    for (const target of all(text, /(?:aria-labelledby|for)="([^"]*)"/g)) expect(ids).toContain(target);
  });

  test("topics are told where there are any", () => {
    expect(files.get("shoes.html")).toContain('<main id="content" tabindex="-1" data-dunlin-topics="shoes">');
    expect(files.get("zh/p/neap.html")).toContain('data-dunlin-topics="watches"');
    expect(files.get("index.html")).not.toMatch(/<main[^>]*data-dunlin-topics/);
    expect(files.get("p/neap.html")).toContain('data-dunlin-track="cart" data-dunlin-topics="watches"');
  });

  test("slots hold every variant of the demo's plan, and the default as content", () => {
    for (const name of ["index.html", "zh/index.html"]) {
      const text = files.get(name) ?? "";
      expect(all(text, /<template data-variant="(\w+)"/g)).toEqual([...topics, "free_shipping", "bundle"]);
      expect(all(text, /data-context="(\w+)"/g)).toEqual([...topics]);
      expect(text).toMatch(/<dunlin-slot name="hero">\s*<div class="hero hero-plain">/);
      expect(text).toMatch(/<dunlin-slot name="promotion">\s*<div class="offer offer-plain">/);
    }
  });
});

describe("pictures", () => {
  test("one for each colour of each product, and no two alike", () => {
    const products = pictures.filter(([name]) => name.startsWith("pictures/"));
    expect(products).toHaveLength(catalogue.reduce((sum, { colours }) => sum + colours.length, 0));
    expect(new Set(products.map(([, text]) => text)).size).toBe(products.length);
  });

  test.each(pictures)("%s: sound, without style, script or address", (_, text) => {
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(text.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/style|script|href|https?:|NaN|undefined|null|Infinity/);
    // Tags close in order: a browser draws nothing of a picture that is not sound XML.
    const open: string[] = [];
    for (const [, closing, name = "", alone] of text.matchAll(/<(\/?)([a-zA-Z]+)[^>]*?(\/?)>/g)) {
      if (closing === "/") expect(open.pop()).toBe(name);
      else if (alone !== "/") open.push(name);
    }
    expect(open).toEqual([]);
    const ids = all(text, /\sid="([^"]*)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    for (const used of all(text, /url\(#([^)]*)\)/g)) expect(ids).toContain(used);
  });
});
