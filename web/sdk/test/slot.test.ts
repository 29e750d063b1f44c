import { describe, expect, test } from "vitest";
import type { Choice } from "../src/protocol";
import { until } from "./site";
import { visitor } from "./visitor";

const DEFAULT = '<h1 data-look="default" class="tall">Welcome</h1>';
const template = (variant: string, more = "") =>
  `<template data-variant="${variant}" ${more}><h1 data-look="${variant}">${variant}</h1></template>`;

const v = visitor();
const { site } = v;

/** Opens a page with the body and says what was to be seen in its frames, in order. */
async function open(...args: Parameters<typeof v.open>): Promise<string[]> {
  await v.open(...args);
  return frames();
}

async function frames(): Promise<string[]> {
  await v.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const all = await v.page.evaluate(() => (window as unknown as { frames_: string[] }).frames_);
  return all.filter((f, i) => f !== all[i - 1]);
}

const shift = () => v.page.evaluate(() => (window as unknown as { shift_: number }).shift_);
const decided = (variant: string, first = false) => ({ decisions: [{ slot: "hero", variant, first }] });
const choice = (slot: string, variant: string, first = false): Choice => ({ slot, variant, reason: "sampled", first });

describe("a slot with the device's last decision", () => {
  test("shows it without the default ever having been seen, while the page comes in pieces", async () => {
    await v.remember(decided("shoes"));
    const seen = await open([
      '<body><p data-look="top">top</p>',
      150,
      '<dunlin-slot name="hero"><h1 data-look="default">Wel',
      150,
      "come</h1>",
      150,
      '<template data-variant="bags"><h1 data-look="bags">bags</h1></template><template data-variant="shoes"><h1 data-look="sho',
      150,
      'es">shoes</h1>',
      150,
      "</template>",
      150,
      '</dunlin-slot><p data-look="end">end</p>',
      150,
      "</body>",
    ]);
    expect(seen.filter(Boolean)).toEqual(["top", "top shoes end"]);
    expect(await shift()).toBe(0);
  });

  test("waits for a template that is last, to the slot's end", async () => {
    await v.remember(decided("shoes"));
    const seen = await open([
      "<body><main>",
      `<dunlin-slot name="hero">${DEFAULT}${template("shoes")}`,
      100,
      "</dunlin-slot></main>",
      100,
      "<i>after</i>",
    ]);
    expect(seen.filter(Boolean)).toEqual(["shoes"]);
  });

  test("leaves the default as it is where that was decided", async () => {
    await v.remember(decided("plain", true));
    const seen = await open(["<body>", `<dunlin-slot name="hero">${DEFAULT}`, 100, `${template("shoes")}</dunlin-slot>`]);
    expect(seen.filter(Boolean)).toEqual(["default"]);
    expect(await v.page.$eval("dunlin-slot", (slot) => slot.shadowRoot)).toBeNull();
  });

  test("shows the default where the template never comes", async () => {
    await v.remember(decided("watches"));
    const seen = await open(["<body>", `<dunlin-slot name="hero">${DEFAULT}${template("shoes")}</dunlin-slot>`, "<p>end</p>", 100]);
    expect(seen.filter(Boolean)).toEqual(["default"]);
    expect(await shift()).toBe(0);
  });

  test("leaves what is in view as it is where the tag comes late", async () => {
    await v.remember(decided("shoes"));
    site.notices = [{ after: 100, notice: { tell: "decisions", choices: [choice("hero", "shoes"), choice("foot", "shoes")] } }];
    const slot = (name: string) => `<dunlin-slot name="${name}"><b data-look="${name}">default</b>${template("shoes")}</dunlin-slot>`;
    await open([`<body>${slot("hero")}${"<br>".repeat(100)}${slot("foot")}`, 150], { late: true });
    await until("the foot is decided", async () => (await frames()).at(-1) === "hero shoes");
    expect(await shift()).toBe(0);
  });

  test("survives a damaged entry", async () => {
    for (const damaged of ["{", "7", "null", '{"decisions":7}', '{"decisions":[null,7]}', '{"visits":[],"consent":1}']) {
      await v.remember({});
      await v.page.evaluate((text) => localStorage.setItem("dunlin", text), damaged);
      const seen = await open(["<body>", `<dunlin-slot name="hero">${DEFAULT}${template("shoes")}</dunlin-slot>`]);
      expect(seen.filter(Boolean), damaged).toEqual(["default"]);
    }
  });

  test("renders texts, keeps the page's styles and tells that it was applied", async () => {
    await v.remember(decided("shoes"));
    await open([
      `<body class="x"><dunlin-slot name="hero">${DEFAULT}<template data-variant="shoes">bare <b data-look="bold">bold</b></template></dunlin-slot>`,
    ]);
    expect(await v.page.$eval("dunlin-slot", (slot) => (slot as HTMLElement).innerText.trim())).toBe("bare bold");
    expect(await v.page.$eval("dunlin-slot", (slot) => getComputedStyle(slot).display)).toBe("block");
  });
});

describe("a slot without a decision", () => {
  test("shows the template that is about the page's topics, before consent", async () => {
    site.tag = 'data-dunlin-consent="ask"';
    const body = [
      "<body>",
      `<dunlin-slot name="hero">${DEFAULT}`,
      100,
      `${template("bags", 'data-context="bags"')}${template("shoes", 'data-context="boots, shoes"')}</dunlin-slot>`,
      "<p>",
    ];
    expect((await open(body, { head: '<meta name="dunlin:topics" content="Shoes, watches">' })).filter(Boolean)).toEqual(["shoes"]);
    expect((await open(body, { html: 'data-dunlin-topics="kids"' })).filter(Boolean)).toEqual(["default"]);
    expect((await open(body)).filter(Boolean)).toEqual(["default"]);
    expect(site.fetched.filter((path) => path.startsWith("/dunlin/"))).toEqual(Array(3).fill("/dunlin/dunlin.js"));
    expect(await v.page.evaluate(() => localStorage.length)).toBe(0);
  });

  test("is decided live below the viewport, and in it only for the next page", async () => {
    site.notices = [
      { after: 100, notice: { tell: "decisions", choices: [choice("hero", "shoes"), choice("foot", "shoes"), choice("late", "shoes")] } },
    ];
    const slot = (name: string) =>
      `<dunlin-slot name="${name}"><b data-look="${name}-default">default</b><template data-variant="shoes"><b data-look="${name}-shoes">shoes</b></template></dunlin-slot>`;
    const gap = "<br>".repeat(100);
    await open([`<body>${slot("hero")}${gap}${slot("foot")}`]);
    await until("the foot is decided", async () => (await frames()).at(-1) === "hero-default foot-shoes");
    expect(await shift()).toBe(0);
    // Added by a script, as a single-page site does: at once.
    await v.page.evaluate(() => {
      const late = document.createElement("dunlin-slot");
      late.setAttribute("name", "late");
      const shoes = document.createElement("template");
      shoes.dataset["variant"] = "shoes";
      shoes.content.append(Object.assign(document.createElement("b"), { textContent: "late" }));
      late.append("default", shoes);
      document.body.prepend(late);
    });
    expect(await v.page.$eval("dunlin-slot[name=late]", (slot) => (slot as HTMLElement).innerText)).toBe("late");
    // The next page has all of them before the Worker speaks.
    site.notices = [];
    const seen = await open([`<body>${slot("hero")}${slot("foot")}`]);
    expect(seen.join()).not.toContain("default");
    expect(seen.at(-1)).toBe("hero-shoes foot-shoes");
  });

  test("by refresh() goes by the last decision", async () => {
    site.notices = [{ after: 0, notice: { tell: "decisions", choices: [choice("hero", "shoes")] } }];
    await open([`<body><dunlin-slot name="hero">${DEFAULT}${template("shoes")}</dunlin-slot>`]);
    await until("the decision is kept", () => v.page.evaluate(() => !!localStorage.getItem("dunlin")?.includes("shoes")));
    expect((await frames()).filter(Boolean)).toEqual(["default"]);
    await v.page.$eval("dunlin-slot", (slot) => (slot as unknown as { refresh(): void }).refresh());
    expect((await frames()).at(-1)).toBe("shoes");
  });

  test("that is moved goes on showing what it shows", async () => {
    await v.remember(decided("shoes"));
    site.notices = [{ after: 0, notice: { tell: "decisions", choices: [choice("hero", "bags")] } }];
    await open([`<body><dunlin-slot name="hero">${DEFAULT}${template("shoes")}${template("bags")}</dunlin-slot>`]);
    await until("the next decision is kept", () => v.page.evaluate(() => !!localStorage.getItem("dunlin")?.includes("bags")));
    await v.page.$eval("dunlin-slot", (slot) => document.body.prepend(slot));
    expect((await frames()).at(-1)).toBe("shoes");
  });

  test("that has a shadow root of the site's own stays as it is", async () => {
    await v.open([
      "<body>",
      `<dunlin-slot name="hero"><template shadowrootmode="open"><p>own</p></template>${template("shoes")}</dunlin-slot>`,
    ]);
    const left = await v.page.evaluate(
      (text) => {
        localStorage.setItem("dunlin", text);
        const slot = document.querySelector("dunlin-slot") as Element & { refresh(): void; shown: string };
        slot.refresh();
        return [slot.shadowRoot!.innerHTML, slot.shown, slot.children.length];
      },
      JSON.stringify(decided("shoes")),
    );
    expect(left).toEqual(["<p>own</p>", "", 1]);
  });

  test("that is copied shows what it shows once", async () => {
    await v.remember(decided("shoes"));
    await open([`<body><dunlin-slot name="hero">${DEFAULT}${template("shoes")}</dunlin-slot>`]);
    await v.page.$eval("dunlin-slot", (slot) => slot.replaceWith(slot.cloneNode(true)));
    expect((await frames()).at(-1)).toBe("shoes");
  });

  test("does not bring back what the site has taken away, and follows a redrawn slot", async () => {
    await v.remember(decided("shoes"));
    await open([`<body><dunlin-slot name="hero">${DEFAULT}${template("shoes")}</dunlin-slot>`]);
    await v.page.$eval("dunlin-slot [data-look=shoes]", (e) => e.remove());
    expect((await frames()).at(-1)).toBe("");
    await v.page.$eval("dunlin-slot", (slot) => {
      const shoes = slot.querySelector("template")!.cloneNode(true);
      slot.replaceChildren("again", shoes);
    });
    expect((await frames()).at(-1)).toBe("shoes");
  });
});

describe("exposures", () => {
  const exposures = () => site.events().filter((e) => (e as { kind: string }).kind === "exposure");

  test("are told of what the device decided, was shown and was looked at for a second", async () => {
    await v.remember({
      decisions: [
        { slot: "hero", variant: "shoes" },
        { slot: "plain", variant: "none", first: true },
        { slot: "gone", variant: "lost" },
        { slot: "foot", variant: "shoes" },
      ],
    });
    const slot = (name: string) => `<dunlin-slot name="${name}"><b>default</b>${template("shoes")}</dunlin-slot>`;
    await open([`<body>${slot("hero")}${slot("plain")}${slot("gone")}${slot("new")}${"<br>".repeat(100)}${slot("foot")}`]);
    await until("both are told", () => exposures().length >= 2);
    expect(exposures()).toEqual([
      { kind: "exposure", slot: "hero", variant: "shoes" },
      { kind: "exposure", slot: "plain", variant: "none" },
    ]);
    await v.page.evaluate(() => scrollTo(0, 1e6));
    await until("the foot is told", () => exposures().length >= 3);
    expect(exposures().at(-1)).toEqual({ kind: "exposure", slot: "foot", variant: "shoes" });
  });

  test("are told of a default that the device then decided on", async () => {
    site.notices = [{ after: 100, notice: { tell: "decisions", choices: [choice("hero", "plain", true)] } }];
    await open([`<body><dunlin-slot name="hero">${DEFAULT}${template("shoes")}</dunlin-slot>`]);
    await until("it is told", () => exposures().length >= 1);
    expect(exposures()).toEqual([{ kind: "exposure", slot: "hero", variant: "plain" }]);
  });
});

test("the images of all variants are loaded, whichever is shown", async () => {
  const images = (list: string[]) => list.filter((path) => path.endsWith(".svg")).sort();
  const body = [
    '<body><dunlin-slot name="hero"><img src="/plain.svg"><template data-variant="shoes"><img src="/shoes.svg" loading="lazy"></template>' +
      '<template data-variant="bags"><picture><source srcset="/bags.svg"><img src="/never.svg"></picture></template></dunlin-slot>',
  ];
  for (const entry of [{}, decided("plain", true), decided("shoes"), decided("bags")]) {
    await v.remember(entry);
    site.fetched = [];
    await open(body);
    await until("all are loaded", () => images(site.fetched).length >= 3);
    expect(images(site.fetched)).toEqual(["/bags.svg", "/plain.svg", "/shoes.svg"]);
  }
});
