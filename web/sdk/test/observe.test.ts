import { describe, expect, test } from "vitest";
import type { PageEvent } from "../src/protocol";
import { until } from "./site";
import { visitor } from "./visitor";

const v = visitor();
const { site } = v;

// The Worker tells the server of each request as it comes; they may overtake each other.
const events = () =>
  site.heard
    .toSorted((a, b) => a.id - b.id)
    .flatMap((r) => (r.do === "track" ? [r.event] : []))
    .filter(({ kind }) => kind !== "arrive");
const of = (kind: PageEvent["kind"]) => events().filter((e) => e.kind === kind);
const topics = () => of("view").flatMap((e) => (e.kind === "view" ? e.topics : []));
const names = () => of("custom").map((e) => (e as { name: string }).name);
const loaded = () => until("the view is told", () => of("view").length === 1);
const ld = (json: unknown) => `<script type="application/ld+json">${JSON.stringify(json)}</script>`;

describe("a view's topics", () => {
  test("are all that the page declares, in lower case, each once", async () => {
    const head =
      '<meta name="dunlin:topics" content="Meta, shoes">' +
      ld({ "@type": "Product", category: "Clothing > Running", keywords: "fast, LIGHT", name: "not this" }) +
      ld({
        "@graph": [
          { "@type": "BreadcrumbList", itemListElement: [{ name: "Trail" }, { item: { name: "Peak" } }] },
          { "@type": "Article", about: [{ name: "Snow" }] },
        ],
      }) +
      '<script type="application/ld+json">{ broken</script>' +
      ld([null, 7, "x", { category: { name: "Thing" }, itemListElement: [{ name: "no list of crumbs" }] }]);
    await v.open(['<body data-dunlin-topics="Shoes , ,bags"><main data-dunlin-topics="watches"><p data-dunlin-topics="not me">'], {
      head,
      html: 'data-dunlin-topics="kids"',
    });
    await loaded();
    expect(topics().sort()).toEqual([
      "bags",
      "clothing",
      "fast",
      "kids",
      "light",
      "meta",
      "peak",
      "running",
      "shoes",
      "snow",
      "thing",
      "trail",
      "watches",
    ]);
  });

  test("are at most 64", async () => {
    await v.open(["<body>"], { head: ld({ keywords: Array.from({ length: 500 }, (_, i) => `t${i}`) }) });
    await loaded();
    expect(topics()).toHaveLength(64);
  });
});

describe("clicks", () => {
  test("are told where they are marked, lead away or are inside a slot, and nowhere else", async () => {
    await v.open([
      '<body data-dunlin-topics="page"><button id="plain">no</button><a id="home" href="#x">no</a>',
      '<div data-dunlin-topics="Shoes"><button id="cart" data-dunlin-track="cart"><b>cart</b></button></div>',
      '<button id="order" data-dunlin-track="order" data-dunlin-value="12.5" data-dunlin-topics="">order</button>',
      '<button id="worthless" data-dunlin-track="order">order</button>',
      '<form data-dunlin-track="newsletter_signup"><input id="field"><button id="join">join</button></form>',
      '<a id="away" href="http://other.example/">away</a>',
      '<dunlin-slot name="hero"><a id="in" href="#y">in</a><a id="about" href="#z" data-dunlin-topics="kids">in</a><button id="own" data-dunlin-track="click">in</button></dunlin-slot>',
    ]);
    await loaded();
    await v.page.evaluate(() => {
      addEventListener("submit", (e) => e.preventDefault());
      addEventListener("click", (e) => (e.target as Element).matches("a") && e.preventDefault());
      for (const id of ["plain", "home", "cart", "order", "worthless", "field", "join", "away", "in", "about", "own"])
        document.getElementById(id)!.click();
    });
    await until("all is told", () => events().length >= 9);
    expect(events().slice(1)).toEqual([
      { kind: "cart", topics: ["shoes"] },
      { kind: "order", topics: [], value: 12.5 },
      // Without a value: the Worker refuses it.
      { kind: "order", topics: ["page"] },
      { kind: "custom", name: "newsletter_signup" },
      { kind: "custom", name: "outbound" },
      { kind: "click", slot: "hero", topics: [] },
      { kind: "click", slot: "hero", topics: ["kids"] },
      { kind: "click", slot: "hero", topics: [] },
    ]);
  });

  test("on what is no element are nobody's, and no fault of the page's", async () => {
    await v.open(["<body>"]);
    await loaded();
    const faults = await v.page.evaluate(() => {
      const all: string[] = [];
      addEventListener("error", (e) => all.push(e.message));
      for (const target of [document, window]) for (const type of ["click", "submit"]) target.dispatchEvent(new Event(type));
      return all;
    });
    expect(faults).toEqual([]);
  });

  test("by window.dunlin.track are about the page, or what it is told", async () => {
    await v.open(['<body data-dunlin-topics="shoes">']);
    await loaded();
    await v.call("track", "cart");
    await v.call("track", "order", { value: 3, topics: ["Bags"] });
    await v.call("track", "exposure", { slot: "hero", variant: "shoes" });
    await v.call("declare", "member", true);
    await v.call("assign", "mail", "a");
    expect(events().slice(1)).toEqual([
      { kind: "cart", topics: ["shoes"] },
      { kind: "order", topics: ["bags"], value: 3 },
      { kind: "exposure", slot: "hero", variant: "shoes" },
      { kind: "declare", attribute: "member", value: true },
      { kind: "assign", campaign: "mail", arm: "a" },
    ]);
  });
});

test("scrolling is told by its depth, once each", async () => {
  await v.open(["<body>" + "<br>".repeat(300)]);
  await loaded();
  for (const part of [0.5, 0, 1, 0, 1]) {
    await v.page.evaluate((p) => scrollTo(0, p * document.documentElement.scrollHeight), part);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await until("the end is told", () => names().includes("scroll_100"));
  expect(names()).toEqual(["scroll_25", "scroll_50", "scroll_75", "scroll_100"]);
});

test("what was dwelt on a page is told when it is hidden", async () => {
  await v.open(['<body data-dunlin-topics="shoes">']);
  await loaded();
  await new Promise((resolve) => setTimeout(resolve, 1600));
  await v.page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await until("it is told", () => of("dwell").length === 1);
  expect(of("dwell")).toEqual([{ kind: "dwell", topics: ["shoes"], seconds: 2 }]);
  await until("the Worker is told to store", () => site.heard.some((r) => r.do === "hide"));
});

describe.each([
  ["the Navigation API", true],
  ["a patched history", false],
])("on a single-page site, by %s", (_, native) => {
  test("each new address is a view", async () => {
    if (!native) await v.page.evaluateOnNewDocument(() => Reflect.deleteProperty(window, "navigation"));
    await v.open(['<body data-dunlin-topics="shoes">']);
    await loaded();
    const go = async (how: () => void, views: number) => {
      await v.page.evaluate(how);
      await until("the view is told", () => of("view").length === views);
    };
    await go(() => {
      history.pushState({}, "", "/bags");
      document.body.dataset["dunlinTopics"] = "bags";
    }, 2);
    expect(of("view").at(-1)).toEqual({ kind: "view", topics: ["bags"] });
    await v.page.evaluate(() => {
      history.replaceState({ a: 1 }, "");
      history.pushState({}, "", "#part");
    });
    await go(() => history.pushState({}, "", "/bags?page=2"), 3);
    await go(() => history.go(-2), 4);
    expect(of("view")).toHaveLength(4);
  });
});

describe("a page that is seen again", () => {
  /** Hides or shows the page, as changing tabs does. */
  const turn = (state: "hidden" | "visible", last?: "pagehide" | "pageshow") =>
    v.page.evaluate(
      (s, type) => {
        Object.defineProperty(document, "visibilityState", { value: s, configurable: true });
        if (type === "pagehide") dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
        document.dispatchEvent(new Event("visibilitychange"));
        if (type === "pageshow") dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
      },
      state,
      last,
    );
  const asked = (what: string) => site.heard.filter((r) => r.do === what).length;

  test("goes on with its view", async () => {
    await v.open(["<body>"]);
    await loaded();
    await turn("hidden");
    await turn("hidden");
    await turn("visible");
    await until("the Worker knows", () => asked("show") === 1);
    expect(asked("hide")).toBe(1);
    expect(of("view")).toHaveLength(1);
  });

  test("after half an hour begins another", async () => {
    await v.page.evaluateOnNewDocument(() => {
      const { now } = Date;
      Object.assign(window, { later: 0 });
      Date.now = () => now() + (window as unknown as { later: number }).later;
    });
    await v.open(["<body>"]);
    await loaded();
    await turn("hidden");
    await v.page.evaluate(() => Object.assign(window, { later: 30 * 60_000 }));
    await turn("visible");
    await until("another view is told", () => of("view").length === 2);
  });

  test("from the browser's memory is another view, and pays what is owed", async () => {
    await v.open(["<body>"]);
    await loaded();
    const before = asked("unsent");
    await turn("hidden", "pagehide");
    await turn("visible", "pageshow");
    await until("another view is told", () => of("view").length === 2);
    await until("what is owed is asked for", () => asked("unsent") === before + 1);
  });
});

describe("a visitor's reports", () => {
  test("leave when the page does, from page to page at the fixed places", async () => {
    site.report = 11_000;
    for (const pages of [1, 2, 3, 4, 5]) {
      site.kept = pages - 1;
      await v.open(["<body>"]);
      await until("bytes are ready", async () => !!((await v.call("debug")).value as { sends?: { ready: unknown } }).sends?.ready);
    }
    await v.leave();
    await until("five have left", () => site.arrived.length >= 5);
    // The fifth hide is no place; what nobody heard the answer to goes out once more there.
    expect(site.arrived).toEqual(
      [1, 2, 3, 4, 4].map((revision) => ({ bytes: 11_000, type: "application/octet-stream", revision, path: "/dunlin/v1/reports" })),
    );
    await v.open(["<body>"]);
    expect(await v.entry()).toMatchObject({ visits: { first: true, more: 3, owed: 0 } });
  });

  test("go out on the next page if they could not, confirmed or not", async () => {
    site.report = 11_000;
    site.answer = { status: 503, after: "1" };
    await v.open(["<body>"]);
    await until("bytes are ready", async () => !!((await v.call("debug")).value as { sends?: { ready: unknown } }).sends?.ready);
    await v.leave();
    await until("it was refused", () => site.arrived.length === 1);
    site.answer = { status: 202 };
    site.kept = 1;
    await v.open(["<body>"], { path: "/next" });
    expect(await v.entry()).toMatchObject({ visits: { owed: 1 } });
    await until("the page's side runs", () => site.heard.some((r) => r.do === "unsent"));
    await v.leave();
    await until("it was taken", () => site.arrived.length === 2);
  });

  test("are not sent by a page that was left before they were ready, but by the next", async () => {
    site.report = 11_000;
    site.making = 60_000;
    await v.page.evaluateOnNewDocument(() => (Math.random = () => 0));
    await v.open(["<body>"]);
    await loaded();
    await v.leave();
    site.making = 0;
    await v.open(["<body>"], { path: "/next" });
    expect(await v.entry()).toMatchObject({ visits: { owed: 2, first: true, more: 0 } });
    await until("it went out by itself, after its jitter", () => site.arrived.length === 1, 30_000);
  });
});
