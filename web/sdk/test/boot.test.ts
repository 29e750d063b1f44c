import { describe, expect, test } from "vitest";
import { until } from "./site";
import { visitor } from "./visitor";

const BOTH = { measure: true, personalize: true };
const NONE = { measure: false, personalize: false };

const v = visitor();
const { site } = v;
const BODY = ["<body><p>hello</p>"];
/** What the Worker was asked; a page that ends may still say so after the next one has begun. */
const asked = () => site.heard.map((r) => r.do).filter((what) => what !== "hide");
const started = () => site.heard.find((r) => r.do === "start");
const scripts = () => site.fetched.filter((path) => path.startsWith("/dunlin/"));

/** Waits for as long as everything that could start takes to start. */
const idle = () => new Promise((resolve) => setTimeout(resolve, 500));
const signal = () =>
  v.page.evaluateOnNewDocument(() =>
    Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { value: true, configurable: true }),
  );

/** Nothing ran, nothing is stored. */
async function untouched(): Promise<void> {
  await idle();
  expect(scripts()).toEqual(["/dunlin/dunlin.js"]);
  expect(site.heard).toEqual([]);
  expect(await v.page.evaluate(async () => [localStorage.length, document.cookie, (await indexedDB.databases()).length])).toEqual([
    0,
    "",
    0,
  ]);
}

describe("mode ask", () => {
  const tag = 'data-dunlin-consent="ask"';

  test("runs nothing before the visitor's word, and remembers it", async () => {
    site.tag = tag;
    await v.open(BODY);
    await untouched();
    expect(await v.call("track", "cart")).toMatchObject({ ok: false, why: "off" });
    expect(await v.call("consent")).toEqual({ ok: true, value: { ...NONE, mode: "ask", said: false, signal: false } });

    expect(await v.call("consent", BOTH)).toEqual({ ok: true, value: { ...BOTH, mode: "ask", said: true, signal: false } });
    await until("the Worker has the view", () => site.events().length > 0);
    expect(started()).toMatchObject({
      do: "start",
      with: { base: site.origin + "/dunlin/", api: "v1", site: "", consent: BOTH, clock: 0 },
    });

    site.heard = [];
    await v.open(BODY);
    await until("the next page starts by itself", () => asked().includes("start"));
  });

  test("keeps nothing of a refusal", async () => {
    site.tag = tag;
    await v.open(BODY);
    expect(await v.call("consent", NONE)).toMatchObject({ ok: true, value: { said: true, measure: false } });
    await untouched();
    await v.open(BODY);
    expect(await v.call("consent")).toMatchObject({ value: { said: false } });
  });

  test("tells measuring and personalizing apart", async () => {
    site.tag = tag;
    site.notices = [{ after: 0, notice: { tell: "decisions", choices: [{ slot: "hero", variant: "shoes", reason: "sampled" }] } }];
    await v.open(BODY);
    await v.call("consent", { measure: true, personalize: false });
    await until("the Worker runs", () => site.events().length > 0);
    expect(started()).toMatchObject({ with: { consent: { measure: true, personalize: false } } });
    expect(await v.entry()).not.toHaveProperty("decisions");
    await v.call("consent", { measure: false, personalize: true });
    await until("the Worker is told", () => asked().includes("consent"));
    expect(site.heard.at(-1)).toMatchObject({ consent: { measure: false, personalize: true } });
    expect(await v.entry()).not.toHaveProperty("visits");
  });

  test("erases when both are withdrawn, and is then as if never asked", async () => {
    site.tag = tag;
    await v.open(BODY);
    await v.call("consent", BOTH);
    await until("the Worker runs", () => site.events().length > 0);
    expect(await v.entry()).toHaveProperty("visits");
    expect(await v.call("consent", NONE)).toMatchObject({ ok: true });
    expect(site.heard.at(-1)).toMatchObject({ do: "consent", consent: NONE });
    expect(await v.entry()).toBeNull();
    const before = site.heard.length;
    expect(await v.call("track", "cart")).toMatchObject({ ok: false, why: "off" });
    expect(await v.call("debug")).toMatchObject({ ok: true, value: { why: "off", sends: null } });
    const quiet = site.heard.length;
    await v.page.evaluate(() => history.pushState({}, "", "/other"));
    await idle();
    expect(site.heard.length).toBe(quiet);
    // Given again on the same page, it runs again.
    await v.call("consent", BOTH);
    await until("it is watched again", () => site.heard.slice(before).some((r) => r.do === "track"));
  });

  test("given and taken back at once leaves nothing behind", async () => {
    site.tag = tag;
    await v.open(BODY);
    await v.page.evaluate(
      async (both, none) => {
        const { dunlin } = window as unknown as { dunlin: { consent(c: unknown): Promise<unknown>; track(e: string): Promise<unknown> } };
        void dunlin.consent(both);
        void dunlin.track("cart");
        await dunlin.consent(none);
      },
      BOTH,
      NONE,
    );
    expect(asked().filter((what) => what !== "track")).toEqual(["start", "consent"]);
    expect(started()).toMatchObject({ with: { consent: NONE } });
    expect(await v.entry()).toBeNull();
  });

  test("goes on erasing on the next page if this one died", async () => {
    site.tag = tag;
    await v.remember({ kept: true, erase: true, owner: true });
    await v.open(BODY);
    await until("nothing is left to do", async () => !(await v.entry())?.["erase"]);
    expect(asked()).toEqual(["start", "consent"]);
    expect(await v.entry()).toEqual({ owner: true });
  });

  test("another tab's withdrawal counts here", async () => {
    site.tag = tag;
    await v.open(BODY);
    await v.call("consent", BOTH);
    await until("the Worker runs", () => site.events().length > 0);
    site.heard = [];
    const other = await v.page.browserContext().newPage();
    await other.goto(site.origin + "/page");
    await other.evaluate(() => localStorage.setItem("dunlin", JSON.stringify({ erase: true, kept: true })));
    await until("this tab's Worker erases", () => site.heard.some((r) => r.do === "consent" && !r.consent.measure));
  });
});

test("mode site: told on each page, never remembered", async () => {
  site.tag = 'data-dunlin-consent="site"';
  await v.open(BODY);
  await untouched();
  await v.call("consent", BOTH);
  await until("the Worker runs", () => site.events().length > 0);
  expect(await v.entry()).not.toHaveProperty("consent");
  site.heard = [];
  await v.open(BODY);
  await idle();
  expect(asked()).toEqual([]);
  // Refused now: what an earlier page kept goes.
  expect(await v.call("consent", NONE)).toMatchObject({ ok: true });
  expect(asked()).toEqual(["start", "consent"]);
  expect(await v.entry()).toBeNull();
});

for (const mode of ["ask", "site", "assumed"]) {
  test(`mode ${mode}: a page out of the browser's memory has missed a refusal, and hears it`, async () => {
    site.tag = `data-dunlin-consent="${mode}"`;
    await v.open(BODY);
    await v.call("consent", BOTH);
    await until("the Worker runs", () => site.events().length > 0);
    // What the page after it leaves behind when the visitor has refused there.
    const left = mode === "assumed" ? { consent: NONE } : {};
    await v.page.evaluate((text) => {
      localStorage.setItem("dunlin", text);
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    }, JSON.stringify(left));
    await until("its Worker is told", () => site.heard.some((r) => r.do === "consent" && !r.consent.measure));
    expect(await v.call("track", "cart")).toMatchObject({ ok: false, why: "off" });
  });
}

test("given, refused and given again on a page, it is known that there is something to erase", async () => {
  site.tag = 'data-dunlin-consent="site"';
  await v.open(BODY);
  for (const c of [BOTH, NONE, BOTH]) await v.call("consent", c);
  await until("it is noted", async () => (await v.entry())?.["kept"] === true);
});

test("a refusal counts where the script did not load: the next page erases", async () => {
  site.tag = 'data-dunlin-consent="ask"';
  await v.remember({ consent: BOTH, kept: true });
  site.missing = /page\.js/;
  await v.open(BODY);
  await until("it has failed", async () => ((await v.call("debug")) as { value: { why: string } }).value.why === "network");
  expect(await v.call("consent", NONE)).toMatchObject({ ok: false, why: "network" });
  expect(await v.entry()).toEqual({ kept: true, erase: true });
  site.missing = /^$/;
  site.heard = [];
  await v.open(BODY);
  await until("all is erased", async () => (await v.entry()) === null);
  expect(asked()).toEqual(["start", "consent"]);
  expect(started()).toMatchObject({ with: { consent: NONE } });
});

test("mode site: a call queued before the tag counts for the first slot", async () => {
  site.tag = 'data-dunlin-consent="site"';
  await v.remember({ kept: true, decisions: [{ slot: "hero", variant: "shoes" }] });
  await v.open(['<body><dunlin-slot name="hero">no<template data-variant="shoes">shoes</template></dunlin-slot>'], {
    head: '<script src="/test/early.js"></script>',
  });
  expect(await v.page.$eval("dunlin-slot", (slot) => (slot as HTMLElement).innerText)).toBe("shoes");
  await until("the queued event is told", () => site.events().some((e) => (e as { name?: string }).name === "queued"));
});

describe("mode assumed", () => {
  test("runs until the visitor refuses, and keeps the refusal alone", async () => {
    await v.open(BODY);
    await until("the Worker runs", () => site.events().length > 0);
    await v.call("consent", NONE);
    expect(await v.entry()).toEqual({ consent: NONE });
    site.heard = [];
    await v.open(BODY);
    await idle();
    expect(asked()).toEqual([]);
  });

  test("Global Privacy Control counts as refused, and erases what there was", async () => {
    await signal();
    await v.open(BODY);
    await untouched();
    await v.remember({ kept: true, decisions: [] });
    await v.open(BODY);
    await until("the Worker erases", async () => (await v.entry()) === null);
    expect(asked()).toEqual(["start", "consent"]);
  });

  test("but the visitor's own word outweighs the signal", async () => {
    await signal();
    await v.open(BODY);
    await v.call("consent", BOTH);
    await until("the Worker runs", () => site.events().length > 0);
    expect(await v.call("consent")).toMatchObject({ value: { ...BOTH, said: true, signal: true } });
  });
});

describe("nothing runs", () => {
  const debug = async () => ((await v.call("debug")).value as { why: string }).why;

  test("under automation", async () => {
    await v.page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "webdriver", { get: () => true }));
    await v.remember({ kept: true, erase: true });
    site.fetched = [];
    await v.open(BODY);
    await idle();
    expect(scripts()).toEqual(["/dunlin/dunlin.js"]);
    await v.page.evaluate(() => localStorage.clear());
    site.fetched = [];
    await v.open(BODY);
    await v.call("consent", BOTH);
    await untouched();
    expect(await debug()).toBe("bot");
  });

  test("on a page that nobody has seen yet", async () => {
    const other = await v.page.browserContext().newPage();
    await other.evaluateOnNewDocument(() => {
      let state = "hidden";
      Object.defineProperty(Document.prototype, "visibilityState", { get: () => state });
      Object.defineProperty(Document.prototype, "hidden", { get: () => state === "hidden" });
      Object.assign(window, { see: () => ((state = "visible"), document.dispatchEvent(new Event("visibilitychange"))) });
    });
    site.pages.set("/page", { body: BODY });
    await other.goto(site.origin + "/page");
    await idle();
    expect(scripts()).toEqual(["/dunlin/dunlin.js"]);
    await other.evaluate(() => (window as unknown as { see(): void }).see());
    await until("it was seen", () => site.events().length > 0);
  });

  test("where storage is denied", async () => {
    await v.page.evaluateOnNewDocument(() =>
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      }),
    );
    await v.open(BODY);
    await idle();
    expect(scripts()).toEqual(["/dunlin/dunlin.js"]);
    expect(await debug()).toBe("storage");
    expect(await v.call("track", "cart")).toMatchObject({ ok: false, why: "storage" });
  });

  test("where storage is full", async () => {
    await v.page.evaluateOnNewDocument(
      () =>
        (Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError");
        }),
    );
    await v.open(BODY);
    await idle();
    expect(scripts()).toEqual(["/dunlin/dunlin.js"]);
    expect(await debug()).toBe("storage");
  });

  test("with a tag that is wrong", async () => {
    site.tag = 'data-dunlin-consent="maybe"';
    await v.open(BODY);
    await untouched();
    expect(await v.call("choose", "hero")).toMatchObject({
      ok: false,
      why: "input",
      say: "data-dunlin-consent: want ask, site or assumed",
    });
  });

  test.each([
    ["worker.js", "no-worker"],
    ["page.js", "network"],
  ])("without %s", async (file, why) => {
    site.missing = new RegExp(`/dunlin/${file}$`);
    await v.open(BODY);
    const outcome = await v.call("choose", "hero");
    expect(outcome).toMatchObject({ ok: false, why });
    expect(await debug()).toBe(why);
  });
});

test("without the watching file nothing is watched, and calls say so", async () => {
  site.missing = /\/dunlin\/watch\.js$/;
  await v.open(BODY);
  expect(await v.call("track", "signup")).toEqual({ ok: false, why: "network", say: "the watching file did not load" });
  const { value } = (await v.call("debug")) as { value: { trouble: { say: string }[] } };
  expect(value.trouble[0]).toEqual({ why: "network", say: "the watching file did not load" });
  expect(site.events()).toEqual([]);
});

test("the owner's own browser is not measured, but may be personalized", async () => {
  const questions: string[] = [];
  v.page.on("dialog", (dialog) => {
    questions.push(dialog.message());
    void dialog.accept();
  });
  await v.open(BODY, { path: "/page#dunlin-owner" });
  await until("the Worker runs", () => !!started());
  expect(started()).toMatchObject({ with: { consent: { measure: false, personalize: true } } });
  site.heard = [];
  await v.open(BODY, { path: "/other" });
  await until("the Worker runs", () => !!started());
  expect(((await v.call("debug")).value as { why: string }).why).toBe("owner");
  site.heard = [];
  await v.open(BODY, { path: "/third#dunlin-not-owner" });
  await until("the Worker runs", () => !!started());
  expect(started()).toMatchObject({ with: { consent: BOTH } });
  expect(questions).toEqual(["Count this browser no more?", "Count this browser?"]);
});

test("a link that somebody else made changes nothing that the visitor does not want", async () => {
  site.tag = 'data-dunlin-consent="ask"';
  v.page.on("dialog", (dialog) => void dialog.dismiss());
  await v.open(BODY, { path: "/page#dunlin-owner" });
  await untouched();
  await v.remember({ owner: true });
  await v.open(BODY, { path: "/other#dunlin-not-owner" });
  expect(await v.entry()).toEqual({ owner: true });
});

test("calls with arguments of another shape are answered, not thrown", async () => {
  await v.open(BODY);
  await until("the Worker runs", () => site.events().length > 0);
  const wrong: [string, unknown[], RegExp][] = [
    ["track", [], /^track: want event$/],
    ["track", [7], /^track: want event$/],
    ["track", ["cart", { topics: "shoes" }], /map/],
    ["track", ["cart", { topics: [7] }], /toLowerCase/],
    ["choose", [], /^choose: want slot$/],
    ["why", [{}], /^why: want slot$/],
    ["declare", ["a"], /^declare: want attribute, value$/],
    ["assign", ["a"], /^assign: want campaign, arm$/],
    ["consent", [7], /^consent: want \{measure, personalize\}/],
    ["consent", [{ measure: true }], /^consent: want/],
  ];
  for (const [name, args, say] of wrong) {
    expect(await v.call(name, ...args), JSON.stringify([name, ...args])).toEqual({
      ok: false,
      why: "input",
      say: expect.stringMatching(say),
    });
  }
  const strange = v.page.evaluate(() =>
    (window as unknown as { dunlin: { declare(...a: unknown[]): unknown } }).dunlin.declare("a", () => 7),
  );
  expect(await strange).toMatchObject({ ok: false, why: "input" });
});

describe("a collector that does not give the plan", () => {
  const unmet = (status: number) =>
    (site.notices = [{ after: 0, notice: { tell: "trouble", why: "network", say: "plan", status, after: "60", date: null } }]);
  /** Minutes pass in a second, and jitter is the least. */
  const hurry = () =>
    v.page.evaluateOnNewDocument(() => {
      const slow = setTimeout;
      window.setTimeout = ((call: () => void, ms: number) => slow(call, ms > 1000 ? ms / 100 : ms)) as typeof setTimeout;
      Math.random = () => 0;
    });
  const consents = () => site.heard.flatMap((r) => (r.do === "consent" ? [r.consent] : []));
  const away = async () => ((await v.entry())?.["visits"] as { away?: number } | undefined)?.away;

  test.each([429, 503])("is asked again when it says so after %i, by this page and the next", async (status) => {
    await hurry();
    unmet(status);
    await v.open(BODY);
    await until("the Worker is told to begin again", () => consents().length > 0);
    expect(consents()).toEqual([BOTH]);
    expect(started()).toMatchObject({ with: { consent: BOTH } });
    const left = (await away())! - Date.now();
    expect([left > 50_000, left <= 60_000], `${left} ms`).toEqual([true, true]);

    site.heard = [];
    site.notices = [];
    await v.open(BODY);
    await until("the Worker is told to begin", () => consents().length > 0);
    expect(started()).toMatchObject({ with: { consent: NONE } });
    expect(consents()).toEqual([BOTH]);
  });

  test("is asked again by this page alone if there was no answer", async () => {
    await hurry();
    unmet(0);
    await v.open(BODY);
    await until("the Worker is told to begin again", () => consents().length > 0);
    expect(await away()).toBeUndefined();
  });

  test("is not asked again after a refusal, or against the visitor's word", async () => {
    await hurry();
    unmet(404);
    await v.open(BODY);
    await until("the Worker runs", () => site.events().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(consents()).toEqual([]);
    expect(await away()).toBeUndefined();

    unmet(503);
    await v.open(BODY);
    await until("it is noted", async () => !!(await away()));
    await v.call("consent", NONE);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(consents()).toEqual([NONE]);
    expect(await v.entry()).toEqual({ consent: NONE });
  });

  test("is asked at once by a clock that was set back", async () => {
    await v.remember({ visits: { last: 0, first: false, end: 0, more: 0, owed: 0, wait: 0, away: Date.now() + 3 * 86_400_000 } });
    await v.open(BODY);
    await until("the Worker runs", () => !!started());
    expect(started()).toMatchObject({ with: { consent: BOTH } });
  });
});
