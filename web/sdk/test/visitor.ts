/** A visitor's browser at the test site. */

import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { launch } from "./chromium";
import { Site, type Pieces } from "./site";

/** What a test has: a site, and a page of a browser that was never there. */
export interface Visitor {
  site: Site;
  page: Page;
  /** Opens /page with the body, and waits until it is loaded. */
  open(body: Pieces, more?: { head?: string; html?: string; late?: boolean; path?: string }): Promise<void>;
  /** Puts an entry into localStorage, as an earlier page would have. */
  remember(entry: unknown): Promise<void>;
  /** Reads the entry; null if there is none. */
  entry(): Promise<Record<string, unknown> | null>;
  /** Makes a call of window.dunlin. */
  call(name: string, ...args: unknown[]): Promise<{ ok: boolean; why?: string; value?: unknown }>;
  /** Hides the page by going to another site, as a visitor leaves. */
  leave(): Promise<void>;
}

/** Sets a visitor up for each test of the file. No test may break the policy of the site. */
export function visitor(): Visitor {
  let browser: Browser;
  const v: Visitor = {
    site: new Site(),
    page: undefined as unknown as Page,
    async open(body, { path = "/page", ...more } = {}) {
      v.site.pages.set(path.replace(/[?#].*/, ""), { body, ...more });
      await v.page.goto(v.site.origin + path);
    },
    async remember(entry) {
      const { tag } = v.site;
      v.site.tag = 'data-dunlin-consent="ask"';
      await v.open([], { path: "/blank" });
      await v.page.evaluate((text) => localStorage.setItem("dunlin", text), JSON.stringify(entry));
      v.site.tag = tag;
    },
    entry: () => v.page.evaluate(() => JSON.parse(localStorage.getItem("dunlin") ?? "null") as Record<string, unknown> | null),
    call: (name, ...args) =>
      v.page.evaluate(
        (n, a) => (window as unknown as { dunlin: Record<string, (...args: unknown[]) => Promise<{ ok: boolean }>> }).dunlin[n]!(...a),
        name,
        args,
      ),
    async leave() {
      await v.page.goto("about:blank");
    },
  };
  beforeAll(async () => {
    [browser] = await Promise.all([launch(), v.site.open()]);
  });
  afterAll(async () => {
    await browser.close();
    v.site.close();
  });
  beforeEach(async () => {
    v.site.reset();
    v.page = await (await browser.createBrowserContext()).newPage();
  });
  afterEach(async () => {
    await v.page.browserContext().close();
    expect(v.site.violations).toEqual([]);
  });
  return v;
}
