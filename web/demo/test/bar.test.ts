import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
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

test("says where the visitor stands, lets him join, and shows the report in the clear", async () => {
  await visit(browser, shop, { session: quiet }, async (page, go) => {
    await go("/demo/shop/");
    await page.waitForFunction(() => document.querySelector(".dd-today")?.textContent !== "");
    expect(await text(page, ".dd-status")).toBe("You are not counted yet.");
    expect(await text(page, ".dd-today")).toBe("Today is 22 November 2026");
    await page.click(".dd-join");
    await page.waitForSelector(".dd[data-stand=sent]");
    expect(await text(page, ".dd-status")).toBe("Your report: 3 marks in 113 cells; sent, in two sealed halves");
    await page.click(".dd-toggle");
    expect(await text(page, ".dd-cells")).toBe(
      "Somebody was here today. They belong to the group “new”. In the group “new” they got as far as: cart.",
    );
    expect(await text(page, ".dd-panel")).toContain("epsilon 1.00");
    expect(await text(page, ".dd-bars")).toBe("shoes 15.0 % plain (the default) 3.0 %");
    await go("/demo/shop/shoes.html");
    await page.waitForSelector(".dd-cells"); // it stays open
  });
});

test("the button ends the day, once; loading the page again only asks", async () => {
  shop.closed = 0;
  await visit(browser, shop, { session: { ...quiet, consent: '{"measure":true,"personalize":true,"said":true}' } }, async (page, go) => {
    await go("/demo/shop/");
    await page.waitForSelector(".dd[data-stand=sent]");
    await Promise.all([page.waitForNavigation(), page.click(".dd-next")]);
    await page.waitForSelector(".de-links");
    expect(shop.closed).toBe(1);
    expect(await text(page, ".de-result h2")).toBe("22 November 2026 is released.");
    expect(await text(page, ".de-steps")).toBe(
      "Your report is away 20,000 visitors live their day Their reports are sent, sealed Two parties add up and add noise",
    );
    expect(await text(page, ".de-result")).toContain("Sign in to the dashboard");
    await page.reload();
    await page.waitForSelector("[data-next] > .button");
    expect(shop.closed).toBe(1);
    expect(await text(page, "h1")).toBe("Today is 23 November 2026.");
    await page.click("[data-next] > .button");
    await page.waitForSelector(".de-links");
    expect(shop.closed).toBe(2);
  });
});

test("who is not counted can end a day too, and is told so", async () => {
  await visit(browser, shop, { session: quiet }, async (page, go) => {
    await go("/demo/shop/next.html");
    await page.waitForSelector("[data-next] > .button");
    await page.click("[data-next] > .button");
    await page.waitForSelector(".de-links");
    expect(await text(page, ".de-left")).toBe("No report of yours is in this day You are not counted yet.");
  });
});

test("another run of the demonstration clears what was kept of the one before", async () => {
  await visit(browser, shop, { session: quiet }, async (page, go) => {
    await go("/demo/shop/");
    await page.waitForFunction(() => localStorage.getItem("demo-run") === "one");
    await page.evaluate(() => localStorage.setItem("shop-cart", "[]"));
    shop.run = "two";
    await go("/demo/shop/about.html");
    // The page loads itself again meanwhile: one question that outlives it.
    await page.waitForFunction(() => localStorage.getItem("demo-run") === "two" && localStorage.getItem("shop-cart") === null);
    await page.waitForFunction(() => document.querySelector(".dd-today")?.textContent !== "");
  });
});
