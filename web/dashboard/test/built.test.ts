/**
 * The built dashboard in Chromium, under the console's policy, on the fixture's numbers.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import type { Browser, Page } from "puppeteer-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { views } from "../src/location.ts";
import { chromium, launch } from "./chromium.ts";
import { known, serve, stage, type Stage } from "./server.ts";

/** What axe says of a page. */
interface Axe {
  run(context: object, options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
}

// Chromium shares the machine with all other tests.
vi.setConfig({ testTimeout: 180_000 });

let folder: string;
let browser: Browser;
let axe: string;
const open: { page: Page; server: Server }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-dashboard-"));
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  if (chromium()) browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const { page, server } of open.splice(0)) {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
});

/** A page at a place of the dashboard, with what its console said and asked. */
async function visit(hash: string, change: Partial<Stage> = {}, look: { width?: number; dark?: boolean } = {}) {
  const now = stage(change);
  const { url, server } = await serve(folder, now);
  const page = await browser.newPage();
  open.push({ page, server });
  const said: string[] = [];
  const asked: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  await page.setViewport({ width: look.width ?? 1280, height: 860 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: look.dark ? "dark" : "light" }]);
  await page.evaluateOnNewDocument(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(url + hash);
  await drawn(page);
  return { page, url, now, said, asked };
}

/** Waits until the page shows what it was asked for, charts too. */
async function drawn(page: Page, view = ""): Promise<void> {
  await page.waitForFunction(
    (name) =>
      location.hash.includes(name) &&
      document.querySelector("main") &&
      !document.querySelector("[aria-busy=true]") &&
      [...document.querySelectorAll(".chart")].every((chart) => chart.querySelector("svg")),
    {},
    view,
  );
}

const text = (page: Page, selector: string): Promise<string> => page.$eval(selector, (element) => element.textContent.trim());
const charts = (page: Page): Promise<number> => page.$$eval(".chart svg", (drawn) => drawn.length);

/** Serious and critical faults of a page, each with the first element that has it. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: Axe }).axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
  });
}

describe.runIf(chromium())("several sites", () => {
  const sites: Stage["sites"] = [
    { site: "shop.example", role: "analyst" },
    { site: "blog.example", role: "viewer" },
    { site: "down.example", role: "viewer" },
  ];

  test.each([
    [1280, false, "en"],
    [390, true, "zh"],
    [1280, true, "zh"],
    [390, false, "en"],
  ])("are switched at %i px, and the address holds the one in view", async (width, dark, lang) => {
    const { page, asked } = await visit(`#/slots?days=7&lang=${lang}`, { sites, down: ["down.example"] }, { width, dark });
    expect(page.url()).toContain("site=shop.example");
    expect(await text(page, "main header")).toContain("shop.example");
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.select(".side select", "down.example");
    await page.waitForSelector("main [role=alert], main .trouble, main .note");
    await page.select(".side select", "blog.example");
    await page.waitForFunction(() => document.querySelector("main header")?.textContent.includes("blog.example"));
    await drawn(page);
    expect(page.url()).toContain("site=blog.example");
    expect(page.url()).toContain(`lang=${lang}`);
    expect(asked.some((url) => url.includes("report?") && url.includes("site=blog.example"))).toBe(true);
  });

  test("one that the reader may not see reads as one that there is not, and leads back", async () => {
    const { page, asked } = await visit("#/overview?site=secret.example", { sites });
    expect(await text(page, "main h1")).toBe("There is no such site");
    expect(asked.some((url) => url.includes("secret.example") && url.includes("api/"))).toBe(false);
    expect(await faults(page)).toEqual([]);
    await page.click("main .hidden button");
    await page.waitForFunction(() => document.querySelector("main header")?.textContent.includes("shop.example"));
  });

  test("none: says so", async () => {
    const { page } = await visit("#/overview?lang=en", { sites: [] });
    expect(await text(page, "main h1")).toBe("No site yet");
    expect(await faults(page)).toEqual([]);
  });

  test("one: there is no switch", async () => {
    const { page } = await visit("#/overview");
    expect(await page.$(".side select")).toBeNull();
    expect(page.url()).not.toContain("site=");
  });
});

test("what is built fits its budget, compressed and as it is", async () => {
  const names = await readdir(folder, { recursive: true });
  const packed = names.filter((name) => name.endsWith(".br"));
  let size = 0;
  for (const name of packed) {
    const bytes = await readFile(join(folder, name));
    expect(brotliDecompressSync(bytes)).toEqual(await readFile(join(folder, name.slice(0, -3))));
    size += bytes.length;
  }
  expect(packed.filter((name) => /\.(js|css)\.br$/.test(name)).length).toBeGreaterThanOrEqual(3);
  expect(size).toBeLessThan(350_000);
});

describe.skipIf(!chromium() && !process.env["CI"])("in Chromium", () => {
  for (const language of ["en", "zh"]) {
    for (const dark of [false, true]) {
      test(`${language}, ${dark ? "dark" : "light"}: every view is accessible and quiet`, async () => {
        const { page, url, said, asked } = await visit(`#/overview?lang=${language}`, {}, { dark });
        for (const view of views) {
          await page.goto(`${url}#/${view}?lang=${language}`);
          await drawn(page, view);
          expect(await page.$eval("html", (html) => [html.lang, html.dataset["scheme"]])).toEqual([
            language === "zh" ? "zh-CN" : "en-GB",
            dark ? "dark" : "light",
          ]);
          await page.$$eval("main details", (all) => all.forEach((one) => (one.open = true)));
          expect(await faults(page), view).toEqual([]);
          if (dark || (view !== "overview" && view !== "slots")) continue;
          // Tables in the place of charts.
          await page.$$eval(".tools button[aria-label]", (buttons) =>
            buttons.forEach((button) => button.textContent.includes("CSV") || button.click()),
          );
          expect(await page.$$eval("table caption", (all) => all.length)).toBeGreaterThan(0);
          expect(await faults(page), `${view} as tables`).toEqual([]);
        }
        expect(said).toEqual([]); // no error, and no breach of the policy
        expect(asked.filter((address) => !address.startsWith(url) && !address.startsWith("data:"))).toEqual([]);
      });
    }

    test(`${language}, 390 px: nothing scrolls sideways but tables, nothing shifts`, async () => {
      for (const view of views) {
        const { page } = await visit(`#/${view}?lang=${language}`, {}, { width: 390 });
        expect(await page.$eval("html", (html) => html.scrollWidth), view).toBeLessThanOrEqual(390);
        expect(
          await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts.reduce((sum, shift) => sum + shift, 0)),
          view,
        ).toBeLessThan(0.02);
        if (view === "overview") expect(await faults(page), view).toEqual([]);
      }
    });

    test(`${language}: signing in is accessible`, async () => {
      for (const width of [1280, 390]) {
        const { page } = await visit(`#/overview?lang=${language}`, { signedIn: false }, { width });
        expect(await faults(page)).toEqual([]);
        expect(await page.$eval("html", (html) => html.scrollWidth)).toBeLessThanOrEqual(width);
      }
    });
  }

  test("a link signs in once, and its token leaves the address", async () => {
    const token = "once-0123456789abcdef";
    const { page, url } = await visit(`#/sign-in/${token}`, { signedIn: false, passwordSet: false, demo: false, token });
    await page.waitForSelector(".tile");
    expect(page.url()).toBe(`${url}#/overview`);
    await page.click(".urge .button");
    await page.type("dialog input[type=password]", "too short");
    await page.click("dialog .first");
    expect(await text(page, "dialog [role=alert]")).toContain("12");
    await page.type("dialog input[type=password]", " no longer");
    await page.click("dialog .first");
    await page.waitForFunction(() => !document.querySelector("dialog") && !document.querySelector(".urge"));

    const again = await visit(`#/sign-in/${token}`, { signedIn: false });
    expect(await text(again.page, "[role=alert]")).toContain("one");
    expect(again.page.url()).not.toContain(token);
  });

  test("name and password sign in, to where one was going; signing out forgets", async () => {
    const { page } = await visit("#/funnel?days=7", { signedIn: false });
    await page.click("form .first");
    expect(await text(page, "[role=alert]")).toBe("Enter both name and password.");
    await page.type("input[autocomplete=username]", known.name);
    await page.type("input[type=password]", "not it");
    await page.click("form .first");
    await page.waitForFunction(() => document.querySelector("[role=alert]")?.textContent.includes("not right"));
    await page.$eval("input[type=password]", (input) => input.select());
    await page.type("input[type=password]", known.password);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".chart svg");
    expect(await text(page, "h1")).toBe("Funnel");
    expect(await text(page, ".title p")).toContain("7 releases");
    await page.click(".foot summary");
    await page.click(".menu button:last-child");
    await page.waitForSelector("form");
    expect(await page.$(".tile")).toBeNull();
  });

  test("a session that ends asks to sign in again", async () => {
    const { page, now } = await visit("#/overview");
    now.signedIn = false;
    await page.click(".switch button:nth-child(3)");
    await page.waitForSelector("form");
    expect(await text(page, "[role=alert]")).toContain("Your session has ended");
  });

  test("what goes wrong says what to do", async () => {
    const failing = await visit("#/overview", { broken: 503 });
    expect(await text(failing.page, "[role=alert]")).toContain("Its log says why.");
    failing.now.broken = 0;
    await failing.page.click("[role=alert] button");
    await failing.page.waitForSelector(".tile");

    const { page } = await visit("#/overview", { empty: true });
    expect(await text(page, "main")).toContain("No release yet");
    const past = await visit("#/overview?from=2020-01-01&to=2020-01-31");
    expect(await text(past.page, "main")).toContain("Releases run from 24 Aug 2026 to 21 Nov 2026.");
    await past.page.click(".none a");
    await past.page.waitForSelector(".tile");
    const bare = await visit("#/funnel", { odd: { bare: true } });
    expect(await text(bare.page, "main")).toContain("This plan has no funnel");
    const odd = await visit("#/overview", { odd: { mixedNoise: true, plans: 2, missing: ["2026-11-09"] } });
    expect(await text(odd.page, ".title p")).toMatch(/no release: 9 Nov.*2 plans joined.*noise differs/s);
    // The tag can be copied as it stands, and what was copied is said.
    await page.bringToFront();
    for (const width of [1280, 390]) {
      await page.setViewport({ width, height: 900 });
      expect(await page.$eval("html", (html) => html.scrollWidth)).toBeLessThanOrEqual(width);
    }
    expect(await faults(page)).toEqual([]);
    await page.waitForSelector('button[aria-label="Copy the tag"]');
    await page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", { value: { writeText: (text: string) => ((window as { got?: string }).got = text) } });
    });
    await page.click('button[aria-label="Copy the tag"]');
    await page.waitForFunction(() => document.querySelector('button[aria-label="Copy the tag"]')?.textContent === "Copied");
    expect(await page.evaluate(() => (window as { got?: string }).got)).toContain('integrity="sha384-abc"');
    expect(await page.$$eval(".steps code", (all) => all.map((it) => it.textContent).join())).toContain(
      "dunlin verify https://shop.example/",
    );
  });

  test("a panel's whole table is searched, sorted, and closed by Escape; the segment stays", async () => {
    const { page } = await visit("#/audience?segment=sports&detail=segments&compare=previous");
    const names = () => page.$$eval("dialog tbody tr", (rows) => rows.map((row) => row.querySelector("th")!.textContent));
    await page.waitForFunction(() => document.querySelectorAll("dialog thead th").length === 4);
    const all = await names();
    expect(all.length).toBeGreaterThan(2);
    await page.click("dialog thead th:first-child button");
    expect(await names()).toEqual([...all].sort((a, b) => a.localeCompare(b, "en")));
    expect(await page.$eval("dialog thead th", (head) => head.getAttribute("aria-sort"))).toBe("ascending");
    await page.type("dialog input[type=search]", all[1]!);
    expect(await names()).toEqual([all[1]]);
    expect(await text(page, "dialog [role=status]")).toBe(`Rows: 1 of ${all.length}`);
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape"); // a search field's own: it empties
    if (await page.$("dialog")) await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog[open]"));
    expect(page.url()).toContain("segment=sports");
    expect(page.url()).not.toContain("detail=");
    await page.click('.panel .tools a[href*="detail="]');
    await page.waitForSelector("dialog[open]");
  });

  test("a value is looked at by segment where the plan crosses it, else says what that would take", async () => {
    const { page } = await visit("#/sorts?segment=returning");
    await drawn(page, "sorts");
    const press = (name: string) =>
      page.evaluate((name) => {
        const button = [...document.querySelectorAll<HTMLButtonElement>(".values button")].find((it) => it.textContent === name)!;
        button.focus();
        button.click();
        return [button.getAttribute("aria-disabled"), button.getAttribute("aria-describedby")] as const;
      }, name);
    expect(await press("organic")).toEqual(["false", null]);
    await page.waitForFunction(() => location.hash.includes("value=dimension+channel%3Aorganic"));
    expect(await text(page, "main")).toContain("“organic” of “channel”, by segment");
    expect(await text(page, ".filters")).toMatch(/Segment: returning ×.*channel: organic ×.*22 more cells/s);
    expect(await faults(page)).toEqual([]);
    const [disabled, why] = await press("reads");
    expect(disabled).toBe("true");
    expect(page.url()).toContain("organic"); // nothing was picked
    expect(await page.$eval(`[id="${why}"]`, (tip) => [getComputedStyle(tip).display, tip.textContent])).toEqual([
      "block",
      expect.stringMatching(/16 more cells \(113 of 1024 are used\)/),
    ]);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !/segment=|value=/.test(location.hash));
    expect(await page.$(".filters")).toBeNull();
  });

  test("on paper a chart has its table beside it", async () => {
    const { page } = await visit("#/overview");
    const tables = () => page.$$eval(".panel table", (all) => all.length);
    const before = await tables();
    await page.emulateMediaType("print");
    await page.waitForFunction((n) => document.querySelectorAll(".panel table").length > n, {}, before);
  });

  test("dates and interval stand in the address, and an answer that comes too late is dropped", async () => {
    const { page, now } = await visit("#/overview");
    now.slow = 1500;
    const late = page.waitForResponse((response) => response.url().includes("from=2026-08-24"));
    const sent = page.waitForRequest((request) => request.url().includes("from=2026-08-24"));
    await page.click(".switch button:nth-child(3)"); // 90 days: slow
    await sent;
    await page.waitForFunction(() => document.querySelector(".view[aria-busy=true]"));
    now.slow = 0;
    await page.click(".switch button:nth-child(1)"); // 7 days: at once
    await (await late).text();
    await drawn(page);
    expect(await text(page, ".title p")).toContain("7 releases");
    expect(page.url()).toContain("days=7");
    const both = await text(page, ".tile .spread");
    await page.click(".bar .switch:last-of-type button:last-child");
    expect(page.url()).toContain("interval=noise");
    expect(await text(page, ".tile .spread")).not.toBe(both);
    await page.$eval("input[type=date]", (input) => {
      input.value = "2026-11-10";
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await page.waitForFunction(() => location.hash.includes("from=2026-11-10"));
    await page.waitForFunction(() => document.querySelector(".title p")?.textContent.includes("12 releases"));
  });

  test("the five questions are answered in sentences, and a cost stays in the address", async () => {
    const { page, asked } = await visit("#/answers");
    await drawn(page, "answers");
    const said = () => page.$$eval(".question p", (all) => all.map((it) => it.textContent!.replace(/\s+/g, " ").trim()));
    expect((await said())[0]).toMatch(/^“sports and kids”: 41% .*“delivery”: 52%/);
    expect((await said())[2]).toMatch(/^Say what it cost/);
    await page.type('input[name="amount"]', "200000");
    await page.type('input[name="margin"]', "40");
    await page.click(".panel form button");
    await page.waitForFunction(() => /^No\. Of 200,000/.test(document.querySelectorAll(".question p")[2]!.textContent!.trim()));
    expect(await page.evaluate(() => location.hash)).toContain("%7E200000%7E0.4%7Espring");
    expect(asked.some((url) => url.includes("answers?from=") && url.includes("cost="))).toBe(true);
    await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".chips button")].find((it) => it.textContent!.includes("new"))!.click(),
    );
    await page.waitForFunction(() => document.querySelectorAll(".question p")[3]!.textContent!.includes("cannot be told"));
  });

  test("keys choose dates and a comparison, which cards, chart and table show", async () => {
    const { page } = await visit("#/overview");
    await page.keyboard.press("w");
    await page.waitForFunction(() => location.hash.includes("days=7"));
    await page.keyboard.press("x");
    await page.waitForFunction(() => location.hash.includes("compare=previous"));
    await page.waitForSelector(".delta.more");
    expect(await text(page, ".delta.more")).toMatch(/^\+6\.?\d?% \(.*\) against 8 – 14 Nov 2026$/);
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => location.hash.includes("from=2026-11-08&to=2026-11-14"));
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open] kbd");
    await page.keyboard.press("a"); // not heard while the dialog is open
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog[open]"));
    expect(page.url()).toContain("from=2026-11-08");
    await page.focus('.own input[type="date"]');
    await page.keyboard.press("x");
    expect(page.url()).toContain("compare=previous");
  });

  test("notes are text, a token's secret is shown once, what is refused says why", async () => {
    const { page } = await visit("#/notes");
    await page.waitForFunction(() => document.querySelectorAll("main section.card table").length >= 5);
    expect(await page.$$eval("td", (all) => all.map((it) => it.textContent))).toContain("Free delivery <b>ended</b>");
    const form = 'form[aria-label="Make a token"]';
    await page.type(`${form} input[name=name]`, "   ");
    await page.click(`${form} button`);
    await page.waitForFunction(() => document.querySelector("[role=alert]")?.textContent?.includes("1 to 64 bytes"));
    await page.type(`${form} input[name=name]`, "nightly");
    await page.click(`${form} button`);
    await page.waitForFunction(() => [...document.querySelectorAll("[role=status]")].some((it) => it.textContent.includes("shown-once")));
    await page.waitForSelector('button[aria-label="Remove nightly"]');
    await page.click('button[aria-label="Remove nightly"]');
    await page.waitForFunction(() => ![...document.querySelectorAll("td")].some((it) => it.textContent === "nightly"));
    expect(await page.$$eval('button[aria-label="Remove bob"]', (all) => all.length)).toBe(1);
    expect(await page.$$eval('button[aria-label="Remove analyst"]', (all) => all.length)).toBe(0);
  });

  test("the loop is stopped by two presses, and says who did it; what the console refuses is said", async () => {
    const { page } = await visit("#/loop");
    const press = (name: string) => page.click(`button[aria-label="${name}"]`);
    const said = (words: string) =>
      page.waitForFunction((words) => document.querySelector(".said")?.textContent?.includes(words), {}, words);
    expect(await page.$$eval("li", (all) => all.map((it) => it.textContent).join())).toContain("hero, new: shoes is shown to");
    await press("Stop bags in hero");
    await said("Once more to do it: Stop bags in hero.");
    await press("Stop shoes in hero"); // another: that one is asked about
    await said("Once more to do it: Stop shoes in hero.");
    expect(await page.$$eval('button[aria-label="Resume bags in hero"]', (all) => all.length)).toBe(0);
    await press("Stop shoes in hero");
    await said("Done: Stop shoes in hero.");
    await page.waitForSelector('button[aria-label="Resume shoes in hero"]');
    expect(await page.$$eval("td", (all) => all.map((it) => it.textContent))).toContain("stopped · hero: shoes");
    expect(await page.$$eval("td", (all) => all.map((it) => it.textContent).join())).toContain("a guard rail");
    await press("Stop watches in hero");
    await press("Stop watches in hero");
    await said("Nothing was done: it is stopped already");
  });

  test("a shared link wants its password, shows its one view, and nothing else is asked", async () => {
    const token = "shared-0123456789abcdef";
    const { page, asked, now } = await visit(`#/shared/${token}`, { signedIn: false, token });
    expect(await text(page, "h1")).toBe("A shared view");
    await page.type("input[autocomplete=current-password]", "wrong");
    await page.click("form .first");
    await page.waitForSelector("[role=alert]");
    expect(await text(page, "[role=alert]")).toContain("not the link's password");
    await page.click("input[autocomplete=current-password]", { count: 3 });
    await page.type("input[autocomplete=current-password]", known.password);
    await page.click("form .first");
    await page.waitForFunction(() => document.querySelector("h1")?.textContent === "Slots");
    expect(await page.$$eval("nav a", (all) => all.length)).toBe(1);
    expect(page.url()).toContain(token);
    expect(asked.filter((url) => url.includes("/api/v1/report"))).toEqual([expect.stringMatching(/report$/)]);
    expect(asked.some((url) => /answers|changes|annotations/.test(url))).toBe(false);
    now.token = "another";
    await page.reload();
    await page.waitForSelector("[role=alert]");
    expect(await text(page, "[role=alert]")).toContain("shows nothing any more");
  });

  test("a page that is dark on the screen is light on paper, and dark again after", async () => {
    const { page } = await visit("#/overview");
    await page.click(".preferences button:last-child"); // picked: dark whatever the system says
    const ink = () => page.$eval("h1", (it) => getComputedStyle(it).color);
    const bright = (color: string) =>
      color
        .match(/\d+/g)!
        .slice(0, 3)
        .reduce((sum, it) => sum + Number(it), 0) / 3;
    expect(bright(await ink())).toBeGreaterThan(150);
    await page.emulateMediaType("print");
    await page.waitForFunction(() => document.documentElement.dataset["scheme"] === "light");
    expect(bright(await ink())).toBeLessThan(100);
    expect(await page.$$eval(".no-print", (all) => all.filter((it) => it.checkVisibility()).length)).toBe(0);
    await page.emulateMediaType("screen");
    await page.waitForFunction(() => document.documentElement.dataset["scheme"] === "dark");
  });

  test("keys change no dates where none are shown; / finds segments from anywhere; a cut is said", async () => {
    const { page } = await visit("#/privacy");
    await page.keyboard.press("y");
    expect(page.url()).not.toContain("dates=");
    const other = (await visit("#/overview?dates=12-months")).page;
    expect(await other.$$eval(".mark", (all) => all.map((it) => it.textContent).join())).toContain("first release:");
    await other.keyboard.press("/");
    await other.waitForFunction(() => document.querySelector("h1")?.textContent === "Audience");
  });

  test("each chart of releases whose noise differs says so", async () => {
    const { page } = await visit("#/overview", { odd: { mixedNoise: true } });
    expect(await page.$$eval(".panel .mixed", (all) => all.length)).toBe(await page.$$eval(".panel .chart", (all) => all.length));
  });

  test("a segment in focus stays from view to view, and the keyboard reads a chart", async () => {
    const { page } = await visit("#/audience");
    await page.click(".chips button:nth-child(3)");
    expect(page.url()).toContain("segment=shoes+and+bags");
    await page.click('nav a[href^="#/slots"]');
    await page.waitForFunction(() => document.querySelector("h1")?.textContent === "Slots");
    expect(await page.$eval(".chips [aria-pressed=true]", (chip) => chip.textContent.trim())).toBe("shoes and bags");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    await page.waitForFunction(() => document.querySelectorAll(".chart svg").length === 2);
    await page.focus("section:nth-of-type(2) .chart");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const spoken = await page.$$eval("[aria-live]", (all) => all.map((one) => one.textContent).join(""));
    expect(spoken).toMatch(/^shoes, Rate: 1\d\.\d% \(\d+\.\d–\d+\.\d%\)/);
    expect(await text(page, ".tip-box strong")).toBe("shoes");
  });

  test("a click on a segment's row focuses it; light and dark are kept", async () => {
    const { page } = await visit("#/overview");
    expect(await charts(page)).toBe(4);
    const chart = (await page.$$(".chart"))[1]!;
    const box = (await chart.boundingBox())!;
    await chart.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const placed = (await chart.boundingBox())!;
    await page.mouse.click(placed.x + box.width * 0.45, placed.y + 20); // the first of the rows
    await page.waitForFunction(() => document.querySelector("h1")?.textContent === "Audience");
    expect(page.url()).toContain("segment=regulars");
    await page.click(".preferences button:last-child");
    expect(await page.$eval("html", (html) => html.dataset["scheme"])).toBe("dark");
    await page.reload();
    await drawn(page);
    expect(await page.$eval("html", (html) => html.dataset["scheme"])).toBe("dark");
  });
});
