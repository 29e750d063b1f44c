import type { Browser, Page } from "puppeteer-core";
import { expect } from "vitest";
import type { Shop } from "./server";

/** How a visit looks. */
export interface Look {
  readonly width?: number;
  readonly dark?: boolean;
  /** Storage that the browser comes with: local and of the tab. */
  readonly local?: Readonly<Record<string, string>>;
  readonly session?: Readonly<Record<string, string>>;
  readonly signal?: boolean;
  readonly javaScript?: boolean;
}

/** A visitor who has said no to both, so that no card covers the page. */
export const quiet = { "shop-refused": "true" } as const;

/**
 * Visits the shop in a browser of its own. Whatever goes wrong on the way fails: an
 * error in a script, a refusal by the policy, a missing file, another host.
 */
export async function visit(
  browser: Browser,
  shop: Shop,
  look: Look,
  way: (page: Page, go: (path: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const context = await browser.createBrowserContext();
  const faults: string[] = [];
  try {
    const page = await context.newPage();
    await page.setViewport({ width: look.width ?? 1280, height: 900 });
    await page.setJavaScriptEnabled(look.javaScript ?? true);
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: look.dark === true ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await page.evaluateOnNewDocument(
      (local, session, signal) => {
        if (localStorage.length === 0) for (const [key, value] of local) localStorage.setItem(key, value);
        if (sessionStorage.length === 0) for (const [key, value] of session) sessionStorage.setItem(key, value);
        if (signal) Object.defineProperty(navigator, "globalPrivacyControl", { value: true });
      },
      Object.entries(look.local ?? {}),
      Object.entries(look.session ?? {}),
      look.signal ?? false,
    );
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text());
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && response.status() !== 401 && !response.url().endsWith("favicon.ico"))
        faults.push(`${response.status()} ${response.url()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(shop.origin) && !request.url().startsWith("data:")) faults.push(`another host: ${request.url()}`);
    });
    await way(page, async (path) => void (await page.goto(shop.origin + path, { waitUntil: "load" })));
    expect(faults).toEqual([]);
  } finally {
    await context.close();
  }
}

/** The text of an element, its white space as it is seen. */
export function text(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (found) => (found as HTMLElement).innerText.replace(/\s+/g, " ").trim());
}
