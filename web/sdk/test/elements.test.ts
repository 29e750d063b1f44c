import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { until } from "./site";
import { visitor } from "./visitor";

const v = visitor();
const { site } = v;
const events = () => site.heard.toSorted((a, b) => a.id - b.id).flatMap((r) => (r.do === "track" ? [r.event] : []));
const of = (...kinds: string[]) => events().filter(({ kind }) => kinds.includes(kind));

/** Where pictures go for whoever wants to look: DUNLIN_SHOTS. */
const SHOTS = process.env["DUNLIN_SHOTS"];
async function look(name: string): Promise<void> {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    await v.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const width of [1280, 390]) {
      await v.page.setViewport({ width, height: 700 });
      await v.page.screenshot({ path: `${SHOTS}/${name}-${scheme}-${width}.png` as `${string}.png` });
    }
  }
  await v.page.setViewport({ width: 800, height: 600 });
}

const TALL = "<br>".repeat(60);
const LIST = `<dunlin-list name="feed" catalogue="/feed.json" currency="EUR"><p>Everyone's list</p><template><article><a data-field="url"><img data-field="image" alt="" width="40" height="40"><b data-field="title"></b></a> <span data-field="price"></span> <em data-field="reason"></em></article></template></dunlin-list>`;
const CATALOGUE = JSON.stringify({
  items: [
    { id: "runner", title: "Runner", url: "/runner", image: "/r.svg", price: 89.9, topics: ["shoes"] },
    { id: "tote", title: "<b>Tote</b>", url: "javascript:alert(1)", topics: ["bags"] },
    null,
    { title: "no id" },
  ],
});
const PICKS = {
  list: "feed",
  picks: [
    { id: "runner", reason: "viewed", topic: "shoes" },
    { id: "tote", reason: "popular", topic: "" },
    { id: "gone", reason: "new", topic: "" },
  ],
};

test.each([
  ["en", "because you viewed shoes"],
  ["zh-CN", "因为你看过 shoes"],
])("a list below the window shows what is picked, in %s", async (lang, reason) => {
  site.own.set("/feed.json", CATALOGUE);
  site.answers["list"] = PICKS;
  await v.open([`<body data-dunlin-topics="shoes"><h1>Shop</h1>${TALL}${LIST}`], { html: `lang="${lang}"` });
  await v.page.waitForSelector("dunlin-list article");
  const asked = site.heard.find((r) => r.do === "list");
  expect(asked).toMatchObject({
    list: "feed",
    topics: ["shoes"],
    items: [{ id: "runner", topics: ["shoes"], price: 89.9 }, { id: "tote" }],
  });
  const texts = await v.page.$$eval("dunlin-list article", (all) => all.map((e) => e.textContent.replace(/\s+/g, " ").trim()));
  expect(texts[0]).toContain("Runner");
  expect(texts[0]).toContain(reason);
  expect(texts[1]).toContain("<b>Tote</b>");
  expect(await v.page.$$eval("dunlin-list article a", (all) => all.map((a) => a.getAttribute("href")))).toEqual([
    `${site.origin}/runner`,
    null,
  ]);
  expect(await v.page.$eval("dunlin-list p", (e) => e.checkVisibility())).toBe(false);
  expect(of("listed")).toEqual([]);
  await v.page.$eval("dunlin-list", (e) => e.scrollIntoView());
  await look(`list-${lang}`);
  await until("its showing is told", () => of("listed").length === 1);
  await v.page.evaluate(() => {
    addEventListener("click", (e) => e.preventDefault());
    document.querySelector<HTMLElement>("dunlin-list b")!.click();
  });
  await until("the pick is told", () => of("picked").length === 1);
  expect(of("listed", "picked")).toEqual([
    { kind: "listed", list: "feed", items: ["runner", "tote"] },
    { kind: "picked", list: "feed", item: "runner", topics: ["shoes"] },
  ]);
  expect(site.violations).toEqual([]);
});

test("a list in view stays as it is", async () => {
  site.own.set("/feed.json", CATALOGUE);
  site.answers["list"] = PICKS;
  // The default has been painted when the catalogue comes; before that nobody has seen it.
  await v.page.evaluateOnNewDocument(() => {
    const fetch = window.fetch;
    window.fetch = async (...args) => {
      if (String(args[0]).includes("feed.json")) {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))));
      }
      return fetch(...args);
    };
  });
  await v.open([`<body>${LIST}`]);
  await until("it was asked", () => site.heard.some((r) => r.do === "list"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await v.page.$eval("dunlin-list p", (e) => e.checkVisibility())).toBe(true);
  expect(await v.page.$("dunlin-list article")).toBeNull();
});

test("a malformed catalogue leaves the default, and breaks nothing", async () => {
  site.own.set("/feed.json", '{"items": 7');
  await v.open([`<body>${TALL}${LIST}`]);
  await until("it is fetched", () => site.fetched.includes("/feed.json"));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await v.page.$eval("dunlin-list p", (e) => e.checkVisibility())).toBe(true);
  // The Worker is told, to refuse it by name.
  expect(site.heard.find((r) => r.do === "list")).toMatchObject({ items: null });
});

test.each([
  ["en", "nps", "How likely are you to recommend us?", "Thank you!"],
  ["zh-CN", "csat", "您有多满意？", "谢谢！"],
])("a survey in %s is asked, answered by the keyboard, and told once", async (lang, kind, question, thanks) => {
  site.answers["surveys"] = [{ name: "now", kind, answers: [] }];
  await v.open([`<body><h1>Shop</h1><dunlin-survey></dunlin-survey>`], { html: `lang="${lang}"` });
  await v.page.waitForSelector("dunlin-survey[open]");
  await until("the asking is told", () => of("asked").length === 1);
  const text = (selector: string) => v.page.$eval("dunlin-survey", (e, s) => e.shadowRoot!.querySelector(s)!.textContent, selector);
  expect(await text("fieldset legend")).toBe(question);
  await look(`survey-${lang}`);
  const inside = (what: string) => v.page.$eval("dunlin-survey", (e, s) => e.shadowRoot!.querySelector<HTMLElement>(s)!.focus(), what);
  await v.page.$eval("dunlin-survey", (e) => e.shadowRoot!.querySelector("form")!.requestSubmit());
  expect(await text("[role=alert]")).not.toBe("");
  await inside("input");
  await v.page.keyboard.press("ArrowRight");
  await v.page.keyboard.press("Enter");
  await until("the answer is told", () => of("answer").length === 1);
  expect(of("answer")).toEqual([{ kind: "answer", survey: "now", value: kind === "nps" ? 1 : 2 }]);
  expect(await text("[role=status]")).toBe(thanks);
  expect(await v.page.$eval("dunlin-survey", (e) => e.shadowRoot!.querySelector("form"))).toBeNull();
  expect(site.violations).toEqual([]);
});

test("no survey is due: the element takes no room", async () => {
  site.answers["surveys"] = [];
  await v.open([`<body><dunlin-survey></dunlin-survey>`]);
  await until("it was asked", () => site.heard.some((r) => r.do === "surveys"));
  expect(await v.page.$eval("dunlin-survey", (e) => e.getBoundingClientRect().height)).toBe(0);
});

test("of several surveys that are due each is shown once, a named one in its own element", async () => {
  site.answers["surveys"] = ["first", "second", "third"].map((name) => ({ name, kind: "csat", answers: [] }));
  const elements = '<dunlin-survey></dunlin-survey><dunlin-survey></dunlin-survey><dunlin-survey name="second"></dunlin-survey>';
  await v.open([`<body>${elements}<dunlin-survey name="fourth"></dunlin-survey><dunlin-survey></dunlin-survey>`]);
  await until("three ask", async () => (await v.page.$$("dunlin-survey[open]")).length === 3);
  await until("each is told", () => of("asked").length === 3);
  expect(
    of("asked")
      .map((e) => (e as { survey: string }).survey)
      .sort(),
  ).toEqual(["first", "second", "third"]);
  const open = (selector: string) => v.page.$$eval(`dunlin-survey${selector}[open]`, (all) => all.length);
  expect([await open("[name=second]"), await open("[name=fourth]"), await open(":not([name])")]).toEqual([1, 0, 2]);
});

test("a survey that nobody saw asked nobody", async () => {
  site.answers["surveys"] = [{ name: "now", kind: "nps", answers: [] }];
  await v.open([`<body>${TALL}<dunlin-survey></dunlin-survey>`]);
  await v.page.waitForSelector("dunlin-survey[open]");
  await new Promise((resolve) => setTimeout(resolve, 1300));
  expect(of("asked")).toEqual([]);
  await v.page.$eval("dunlin-survey", (e) => e.scrollIntoView());
  await until("the asking is told", () => of("asked").length === 1);
  await v.page.$eval("dunlin-survey", (e) => e.shadowRoot!.querySelector<HTMLElement>("button.close")!.click());
  expect(of("asked")).toHaveLength(1);
});

test.each([
  ["sale", "#sale"],
  ["", "#in"],
])("a preview of %j is marked, and nothing of it is counted", async (variant, link) => {
  const slot =
    '<dunlin-slot name="hero"><a id="in" href="#x" data-dunlin-track="click">default</a>' +
    '<template data-variant="sale"><a id="sale" href="#x" data-dunlin-track="click">sale</a></template></dunlin-slot>';
  site.pages.set("/p", { body: [`<body>${slot}`] });
  await v.open([`<body>`]);
  await v.page.goto(`${site.origin}/p?dunlin-preview=hero:${variant}`);
  expect(await v.page.$eval(link, (e) => e.checkVisibility())).toBe(true);
  expect(await v.page.$eval("dunlin-slot", (e) => getComputedStyle(e, "::before").content + getComputedStyle(e).outlineStyle)).toContain(
    "dashed",
  );
  await until("the view is told", () => of("view").length >= 1);
  await new Promise((resolve) => setTimeout(resolve, 1300));
  await v.page.click(link);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(of("exposure", "click")).toEqual([]);
});

test.each([
  ["1", ["Runner"]],
  ["24", ["Runner", "<b>Tote</b>"]],
  ["", []],
  ["0", []],
  ["25", []],
  ["sale", []],
])("a preview of a list by %j is marked, in view too, and nothing of it is asked or counted", async (value, titles) => {
  site.own.set("/feed.json", CATALOGUE);
  site.answers["list"] = PICKS;
  const list = LIST.replaceAll("<b ", '<b data-dunlin-track="click" ').replace("<p>", '<p data-dunlin-track="click">');
  const other = list.replace('name="feed"', 'name="a.feed" id="other"');
  site.pages.set("/p", { body: [`<body>${list}${TALL}${other}`] });
  await v.open([`<body>`]);
  await v.page.goto(`${site.origin}/p?dunlin-preview=hero:sale,feed:${value}`);
  await v.page.waitForSelector("dunlin-list[data-dunlin-preview]");
  await v.page.waitForSelector("#other article");
  expect(await v.page.$$eval("dunlin-list:not(#other) article b", (all) => all.map((e) => e.textContent))).toEqual(titles);
  expect(await v.page.$eval("dunlin-list p", (e) => e.checkVisibility())).toBe(!titles.length);
  const drawn = ["outlineStyle", "display"] as const;
  expect(await v.page.$eval("dunlin-list", (e, names) => names.map((name) => getComputedStyle(e)[name]), drawn)).toEqual([
    "dashed",
    "block",
  ]);
  expect(await v.page.$eval("#other", (e) => "dunlinPreview" in (e as HTMLElement).dataset)).toBe(false);
  await look(`list-preview-${value}`);
  await new Promise((resolve) => setTimeout(resolve, 1300));
  await v.page.evaluate(() => addEventListener("click", (e) => e.preventDefault()));
  await v.page.click(titles.length ? "dunlin-list b" : "dunlin-list p");
  await v.page.$eval("#other b", (e) => (e as HTMLElement).click());
  await until("a click in the list that is none is told", () => of("picked").length === 1);
  expect(of("picked")).toMatchObject([{ list: "a.feed" }]);
  expect(of("listed")).toMatchObject([{ list: "a.feed" }]);
  expect(of("click")).toHaveLength(1);
  expect(site.heard.flatMap((r) => (r.do === "list" ? [r.list] : []))).toEqual(["a.feed"]);
});

test("a link followed within the second: the exposure is told, then the click", async () => {
  site.notices = [
    { after: 0, notice: { tell: "decisions", choices: [{ slot: "hero", variant: "plain", reason: "sampled", first: true }] } },
  ];
  await v.open(['<body><dunlin-slot name="hero"><a id="in" href="#x">default</a></dunlin-slot>']);
  await until("the page has the decision", async () => {
    const debug = (await v.call("debug")) as { value?: { slots?: { decided: string }[] } };
    return debug.value?.slots?.[0]?.decided === "plain";
  });
  await v.page.click("#in");
  await until("both are told", () => of("click").length === 1);
  expect(of("exposure", "click").map(({ kind }) => kind)).toEqual(["exposure", "click"]);
});

test("an arrival is the first event, a search's form and address are told, and what is refused is in debug()", async () => {
  await v.open([
    '<body data-dunlin-page="sale"><form data-dunlin-search action="#"><input type="search" value="red shoes"></form>',
    '<button id="like" data-dunlin-track="like" data-dunlin-network="weibo" data-dunlin-topics="shoes">like</button>',
  ]);
  await until("the view is told", () => of("view").length === 1);
  expect(events()[0]).toMatchObject({ kind: "arrive", channel: "direct", device: "desktop", page: "sale" });
  await v.page.evaluate(() => {
    addEventListener("submit", (e) => e.preventDefault());
    document.querySelector("form")!.requestSubmit();
    document.getElementById("like")!.click();
  });
  await until("both are told", () => of("search", "social").length === 2);
  expect(of("search", "social")).toEqual([
    { kind: "search", topics: [], words: "red shoes" },
    { kind: "social", act: "like", network: "weibo", topics: ["shoes"] },
  ]);
  await v.call("declare", 7);
  const debug = JSON.stringify(await v.call("debug"));
  expect(debug).toContain("declare: want attribute, value");
});
