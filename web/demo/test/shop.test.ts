import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch } from "./chromium";
import { serve, type Shop } from "./server";
import { quiet, text, visit } from "./visit";

let browser: Browser;
let shop: Shop;
beforeAll(async () => {
  [browser, shop] = await Promise.all([launch(), serve()]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
});
beforeEach(() => {
  shop.script = true;
});

const cart = JSON.stringify([
  { id: "bruno-bear", colour: "honey", size: "", count: 1 },
  { id: "gale-kite", colour: "sunrise", size: "", count: 1 },
]);

describe("without the script", () => {
  beforeEach(() => {
    shop.script = false;
  });

  test("the shop sells: from a product to the thanks", async () => {
    await visit(browser, shop, {}, async (page, go) => {
      await go("/demo/shop/p/harbour-runner.html");
      expect(await page.$(".consent")).toBeNull();
      await page.click(".swatch input[value=moss]");
      expect(await page.$eval("[data-product-picture]", (image) => (image as HTMLImageElement).src)).toContain("harbour-runner-moss.svg");
      await page.click(".sizes input[value='43']");
      await page.click("[data-buy] button");
      expect(await text(page, "[data-added]")).toContain("Harbour Runner");
      expect(await text(page, "[data-cart-count]")).toBe("1");
      await Promise.all([page.waitForNavigation(), page.click("[data-added] a")]);
      await page.waitForSelector(".line");
      expect(await text(page, ".line-words")).toBe("Harbour Runner Moss, size 43");
      await page.click(".count button:last-child");
      expect(await text(page, "[data-sum=sum]")).toBe("€169.10");
      expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("One more: Harbour Runner");

      await Promise.all([page.waitForNavigation(), page.click(".summary .button")]);
      await page.waitForSelector(".checkout button");
      await page.click(".checkout button");
      expect(await page.$$eval("[aria-invalid=true]", (all) => all.length)).toBe(5);
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("email");
      for (const [id, value] of Object.entries({
        email: "ada@example.org",
        name: "Ada",
        street: "Quay 1",
        postcode: "D02 AF30",
        city: "Dublin",
      }))
        await page.type(`#${id}`, value);
      await Promise.all([page.waitForNavigation(), page.click(".checkout button")]);
      expect(await text(page, "[data-done-text]")).toMatch(/^Your order PT-\w{6} over €169\.10 is in\./);
      expect(await page.evaluate(() => localStorage.getItem("shop-cart"))).toBeNull();
    });
  });

  test("and without JavaScript it is whole, and says what needs it", async () => {
    await visit(browser, shop, { javaScript: false }, async (page, go) => {
      await go("/demo/shop/");
      const shown = await page.accessibility.snapshot();
      expect(JSON.stringify(shown)).toContain("Things made for going out.");
      expect(JSON.stringify(shown)).not.toContain("Every way home is a walk.");
      await go("/demo/shop/p/neap.html");
      expect(JSON.stringify(await page.accessibility.snapshot())).toContain("need JavaScript");
    });
  });
});

test("a search follows the typing, and finds by either language", async () => {
  await visit(browser, shop, { session: quiet }, async (page, go) => {
    await go("/demo/shop/search.html?q=rain+wellies");
    await page.waitForSelector("[data-results] .card");
    expect(await text(page, "[data-results] .card h2")).toBe("Puddle Wellington");
    await page.$eval("[data-seek] input", (input) => (input.value = ""));
    await page.type("[data-seek] input", "风筝");
    await page.waitForFunction(() => document.querySelectorAll("[data-results] .card").length === 1);
    expect(await text(page, "[data-seek-status]")).toBe("1 for “风筝”");
    expect(decodeURIComponent(page.url())).toContain("q=风筝");
    await page.type("[data-seek] input", "<b>x");
    await page.waitForFunction(() => document.querySelectorAll("[data-results] .card").length === 0);
    expect(await text(page, "[data-seek-status]")).toContain("Nothing for “风筝<b>x”");
  });
});

test("a shelf is sorted and sifted", async () => {
  await visit(browser, shop, { session: quiet }, async (page, go) => {
    const names = (): Promise<string[]> => page.$$eval(".cards .card h2", (all) => all.map((one) => one.textContent?.trim() ?? ""));
    await go("/demo/shop/watches.html");
    expect(await names()).toHaveLength(8);
    await page.select("[name=sort]", "cheap");
    expect((await names())[0]).toBe("Tick");
    await page.click("[name=price][value='0-5000']");
    expect(await names()).toEqual(["Tick"]);
    await page.click("[name=new]");
    expect(await names()).toEqual([]);
    expect(await text(page, "[data-sieve-empty]")).toContain("wider price");
  });
});

test("the language is kept, page by page, and a first visit goes by the browser's", async () => {
  await visit(browser, shop, { session: quiet }, async (page, go) => {
    await go("/demo/shop/kids.html");
    await Promise.all([page.waitForNavigation(), page.click("[data-language=zh]")]);
    expect(page.url()).toBe(`${shop.origin}/demo/shop/zh/kids.html`);
    await go("/demo/shop/p/neap.html");
    await page.waitForFunction(() => location.pathname === "/demo/shop/zh/p/neap.html");
    await go("/demo/shop/zh/search.html?lang=en&q=boot");
    await page.waitForFunction(() => location.pathname === "/demo/shop/search.html");
    expect(new URL(page.url()).search).toBe("?q=boot");
  });
  await visit(browser, shop, {}, async (page, go) => {
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "language", { value: "zh-CN" }));
    await go("/demo/shop/");
    await page.waitForFunction(() => location.pathname === "/demo/shop/zh/");
  });
});

test("an order is told once, with what it came to and what it was about", async () => {
  await visit(browser, shop, { local: { "shop-cart": cart }, session: quiet }, async (page, go) => {
    await go("/demo/shop/checkout.html");
    await page.waitForSelector(".checkout button");
    for (const [id, value] of Object.entries({ email: "ada@example.org", name: "Ada", street: "Quay 1", postcode: "200040", city: "上海" }))
      await page.type(`#${id}`, value);
    await Promise.all([page.waitForNavigation(), page.click(".checkout button")]);
    await page.waitForFunction(() => sessionStorage.getItem("told") !== null);
    await page.reload();
    await page.waitForSelector("[data-done]:not([hidden])");
    expect(await page.evaluate(() => JSON.parse(sessionStorage.getItem("told") ?? "[]") as unknown)).toEqual([
      ["order", { value: 61.2, topics: ["kids"] }],
    ]);
  });
});

describe("consent", () => {
  const answer = async (button: number, boxes: readonly string[]): Promise<unknown> => {
    let told: unknown;
    await visit(browser, shop, {}, async (page, go) => {
      await go("/demo/shop/");
      await page.waitForSelector(".consent");
      expect(await page.$$eval(".consent input:checked", (all) => all.length)).toBe(0);
      expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
      for (const box of boxes) await page.click(`.consent [name=${box}]`);
      await page.click(`.consent-buttons button:nth-child(${button})`);
      await page.waitForFunction(() => document.querySelector(".consent") === null);
      told = await page.evaluate(() => JSON.parse(sessionStorage.getItem("consent") ?? "null") as unknown);
      await go("/demo/shop/shoes.html");
      await page.waitForFunction(() => document.querySelector(".dd-status")?.textContent !== "Your browser is getting ready…");
      expect(await page.$(".consent")).toBeNull();
    });
    return told;
  };
  test("no to both is one click, and not asked again in this visit", async () => {
    expect(await answer(1, [])).toEqual({ measure: false, personalize: false, said: true });
  });
  test("each apart", async () => {
    expect(await answer(2, ["personalize"])).toEqual({ measure: false, personalize: true, said: true });
  });
  test("yes to both", async () => {
    expect(await answer(3, [])).toEqual({ measure: true, personalize: true, said: true });
  });
  test("a browser that signals privacy is not asked", async () => {
    await visit(browser, shop, { signal: true }, async (page, go) => {
      await go("/demo/shop/");
      await page.waitForFunction(() => document.querySelector(".dd-status")?.textContent?.includes("signal"));
      expect(await page.$(".consent")).toBeNull();
    });
  });
  test("the privacy page shows everything, and takes consent back", async () => {
    await visit(browser, shop, { session: { consent: '{"measure":true,"personalize":true,"said":true}' } }, async (page, go) => {
      await go("/demo/shop/privacy.html");
      await page.waitForSelector("[data-privacy=report] li");
      expect(await text(page, "[data-privacy=report]")).toContain("In the group “new” they got as far as: cart.");
      expect(await text(page, "[data-privacy=why]")).toContain("15%");
      expect(await text(page, "[data-privacy=state]")).toContain('"stage": "running"');
      await page.click("[data-privacy=choice] .consent-buttons button:first-child");
      await page.waitForFunction(() => document.querySelector("[data-privacy=choice]")?.textContent?.includes("refused both"));
      expect(await text(page, "[data-privacy=report]")).toBe("Nothing yet.");
    });
  });
});
