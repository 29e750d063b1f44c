import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { languages } from "../shop/language";
import { launch } from "./chromium";
import { serve, type Shop } from "./server";
import { visit, type Look } from "./visit";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let shop: Shop;
beforeAll(async () => {
  [browser, shop] = await Promise.all([launch(), serve()]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
});

const cart = JSON.stringify([{ id: "harbour-runner", colour: "sea", size: "42", count: 2 }]);
const order = JSON.stringify({ number: "PT-ABCDEF", cents: 89_00, topics: ["shoes"], told: true });
const consent = JSON.stringify({ measure: true, personalize: true, said: true });
const pages = [
  "",
  "shoes.html",
  "p/harbour-runner.html",
  "search.html?q=boot",
  "cart.html",
  "checkout.html",
  "done.html",
  "about.html",
  "privacy.html",
  "next.html",
];
const looks: readonly (readonly [name: string, folder: string, look: Look])[] = [
  ["English, light, wide, asked", "", { local: { "shop-cart": cart }, session: { "shop-order": order } }],
  [
    "Chinese, dark, 390 px, the bar open",
    "zh/",
    { width: 390, dark: true, local: { "shop-cart": cart }, session: { "shop-order": order, consent, "demo-open": "true" } },
  ],
];

describe.each(looks)("%s", (_, folder, look) => {
  test.each(pages)("%s: no fault of accessibility, nothing wider than the screen", async (path) => {
    await visit(browser, shop, look, async (page, go) => {
      await go(`/demo/shop/${folder}${path}`);
      await page.waitForNetworkIdle({ idleTime: 100 });
      await page.evaluate(axe);
      const faults = await page.evaluate(async () => {
        const run = (
          globalThis as unknown as {
            axe: { run(options: unknown): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
          }
        ).axe;
        const { violations } = await run.run({ resultTypes: ["violations"] });
        return violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`,
        );
      });
      expect(faults).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  });
});

test.each([390, 768, 1280, 1920])("at %i px all variants of a slot are equally high, in both languages", async (width) => {
  await visit(browser, shop, { width, session: { "shop-refused": "true" } }, async (page, go) => {
    for (const language of languages) {
      await go(`/demo/shop/${language === "zh" ? "zh/" : ""}?lang=${language}`);
      const heights = await page.$$eval("dunlin-slot", (slots) =>
        slots.map((slot) => {
          const all: number[] = [slot.getBoundingClientRect().height];
          for (const template of slot.querySelectorAll("template")) {
            for (const child of [...slot.children]) if (child.localName !== "template") child.remove();
            slot.append(template.content.cloneNode(true));
            all.push(slot.getBoundingClientRect().height);
          }
          return all;
        }),
      );
      expect(heights.map((all) => all.length)).toEqual([6, 3]);
      for (const all of heights) expect(new Set(all).size, `${language} ${all.join(" ")}`).toBe(1);
    }
  });
});
