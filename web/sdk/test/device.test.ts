import { expect, test } from "vitest";
import type { Choice, ClearReport, Ready, WhyChoice } from "../src/protocol";
import { BOTH, Browser, idOf, NEITHER, running } from "./tab";
import { vectors } from "./vectors";

test("without consent nothing is fetched, stored or taken in", async () => {
  const browser = new Browser();
  const tab = browser.tab();
  expect(await tab.start(NEITHER)).toMatchObject({ ok: false, why: "off" });
  expect(await tab.view("shoes")).toMatchObject({ ok: false, why: "off" });
  expect(await tab.ask({ do: "choose", slot: "hero" })).toMatchObject({ ok: false, why: "off" });
  await tab.settle();
  expect([browser.fetched, browser.shelf.values, browser.shelf.pen, browser.locks!.held, tab.notices]).toEqual([[], {}, 0, false, []]);
  expect((await tab.debug()).stage).toBe("stopped");
});

test("a first page: what was tracked before it ran is taken in, then decisions and a report are told", async () => {
  const browser = new Browser();
  const tab = browser.tab();
  const early = [tab.view("shoes"), tab.view("shoes", "hats")];
  expect(await Promise.all(early)).toEqual([expect.objectContaining({ why: "off" }), expect.objectContaining({ why: "off" })]);
  void tab.start();
  await Promise.all([tab.view("shoes"), tab.view("shoes", "hats")]);

  const ready = await tab.report();
  expect(tab.told("decisions")).toHaveLength(1);
  const [choice] = tab.told("decisions")[0]!.choices;
  expect(choice!.slot).toBe("hero");
  expect(ready).toMatchObject({
    url: "https://shop.example/dunlin/v1/reports",
    revision: 1,
    date: "2026-11-23",
    end: vectors.start + 86_400,
  });
  expect(new TextDecoder().decode(ready.bytes.slice(0, 4))).toBe("DLR1");
  expect(browser.fetched.sort()).toEqual([`module/${browser.pinned}.wasm`, "plan", `priors/${browser.priorsName}`]);

  const debug = await tab.debug();
  expect(debug).toMatchObject({
    stage: "running",
    trouble: [],
    plan: { digest: vectors.digest, serial: vectors.plan.serial, site: vectors.plan.site },
    priors: browser.priorsName,
    encrypted: true,
    revision: 1,
  });
  expect(debug.stateBytes).toBeGreaterThan(200);
});

test("the state is on the disk before a report is told, and not in the clear", async () => {
  const tab = await running();
  await tab.report();
  const { writes, values } = tab.browser.shelf;
  const charged = writes.findIndex(({ strict }) => strict);
  const kept = writes.findIndex(({ names }) => names.includes("kept"));
  expect(charged).toBeGreaterThanOrEqual(0);
  expect(kept).toBeGreaterThan(charged);
  expect(writes[charged]!.names).toContain("state");
  expect((values["key"] as CryptoKey).extractable).toBe(false);
  const stored = values["state"] as { data: ArrayBuffer };
  expect(Buffer.from(stored.data).includes("DLST")).toBe(false);
});

test("a change makes the report anew after a pause, once for all that happened in it, and its revision does not tell", async () => {
  const tab = await running();
  await tab.report();
  await tab.track({ kind: "cart", topics: [] });
  await tab.track({ kind: "order", topics: [], value: 10 });
  await tab.settle();
  expect(tab.ready).toHaveLength(1);
  tab.pass(1000);
  const second = await tab.report(2);
  expect([second.revision, second.bytes.byteLength]).toEqual([1, tab.ready[0]!.bytes.byteLength]);
  expect(Buffer.from(second.bytes).equals(Buffer.from(tab.ready[0]!.bytes))).toBe(false);
  tab.pass(5000);
  await tab.settle();
  expect(tab.ready).toHaveLength(2);
  await tab.ask({ do: "sent", revision: 1 });
  expect((await tab.report(3)).revision).toBe(2);
  await tab.track({ kind: "cart", topics: [] });
  tab.pass(1000);
  expect((await tab.report(4)).revision).toBe(2);
});

test("what was sent is followed by another revision at once, changed or not", async () => {
  const tab = await running();
  const first = await tab.report();
  await tab.ask({ do: "sent", revision: 1 });
  const second = await tab.report(2);
  expect(second.revision).toBe(2);
  expect(Buffer.from(second.bytes).equals(Buffer.from(first.bytes))).toBe(false);
  expect(idOf(second)).toBe(idOf(first));
});

test("kept bytes: the next page gets them until they are confirmed or their period is over", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  const ready = await tab.report();
  await tab.ask({ do: "hide" });

  const next = browser.tab();
  void next.start();
  expect(await next.ask<Ready | null>({ do: "unsent" })).toEqual({ ok: true, value: ready });
  await next.ask({ do: "confirmed", revision: 0 });
  expect(await next.ask({ do: "unsent" })).toEqual({ ok: true, value: ready });
  await next.ask({ do: "confirmed", revision: 1 });
  expect(await next.ask({ do: "unsent" })).toEqual({ ok: true, value: null });

  await next.view();
  await next.report();
  browser.now += 86_400_000;
  expect(await next.ask({ do: "unsent" })).toEqual({ ok: true, value: null });
});

test("a new page goes on from the state of the page before, with the same report", async () => {
  const browser = new Browser();
  const first = await running(browser);
  const before = await first.report();
  await first.ask({ do: "hide" });
  const second = await running(browser);
  const after = await second.report();
  expect(after.revision).toBe(2);
  expect(idOf(after)).toBe(idOf(before));
});

test("only measuring: no choices, no exposures, and a click in a slot is a click", async () => {
  const tab = await running(new Browser(), { measure: true, personalize: false });
  await tab.report();
  expect(await tab.ask({ do: "choose", slot: "hero" })).toMatchObject({ ok: false, why: "off" });
  expect(await tab.ask({ do: "why", slot: "hero" })).toMatchObject({ ok: false, why: "off" });
  expect(await tab.track({ kind: "exposure", slot: "hero", variant: "shoes" })).toMatchObject({ ok: false, why: "off" });
  expect(await tab.track({ kind: "assign", campaign: "checkout", arm: "short" })).toMatchObject({ ok: false, why: "off" });
  expect(await tab.track({ kind: "assign", campaign: "spring_mail", arm: "mail_a" })).toMatchObject({ ok: true });
  expect(await tab.track({ kind: "click", topics: [], slot: "hero" })).toMatchObject({ ok: true });
  tab.pass(100);
  await tab.settle();
  expect(tab.told("decisions")).toHaveLength(0);
  const outcome = await tab.ask<ClearReport>({ do: "report" });
  expect(outcome.ok && outcome.value.ones.map(({ metric }) => metric)).toEqual(["present", "audience", "funnel", "exposed: spring_mail"]);
});

test("only personalizing: decisions, and no report", async () => {
  const tab = await running(new Browser(), { measure: false, personalize: true });
  await tab.until(() => tab.told("decisions").length);
  expect(await tab.track({ kind: "exposure", slot: "hero", variant: "shoes" })).toMatchObject({ ok: true });
  await tab.settle();
  expect(tab.ready).toHaveLength(0);
  expect(await tab.ask({ do: "unsent" })).toEqual({ ok: true, value: null });
  expect((await tab.debug()).revision).toBe(0);
});

test("consent to measuring, given and withdrawn while it runs", async () => {
  const tab = await running(new Browser(), { measure: false, personalize: true });
  expect(await tab.ask({ do: "consent", consent: BOTH })).toMatchObject({ ok: true });
  await tab.report();
  await tab.ask({ do: "consent", consent: { measure: false, personalize: true } });
  expect(tab.notices.at(-1)).toEqual({ tell: "unready" });
  expect(tab.browser.shelf.values).not.toHaveProperty("kept");
  await tab.view();
  tab.pass(2000);
  await tab.settle();
  expect(tab.ready).toHaveLength(1);
});

test("choices are told when they change, and explained to the visitor", async () => {
  const browser = new Browser();
  const tab = browser.tab();
  void tab.start();
  expect(await tab.ask<Choice>({ do: "choose", slot: "hero" })).toMatchObject({ ok: true, value: { slot: "hero" } });
  for (let i = 0; i < 6; i++) await tab.view("shoes");
  tab.pass(30);
  const why = await tab.ask<WhyChoice>({ do: "why", slot: "hero" });
  expect(why.ok && why.value.options.map(({ variant }) => variant)).toEqual(["plain", "shoes", "bags"]);
  expect(why.ok && why.value.options[1]!.match).toBeGreaterThan(0.8);
  expect(why.ok && why.value.options[0]!.prior).toBeCloseTo(0.03, 5);
  expect(await tab.ask({ do: "choose", slot: "footer" })).toMatchObject({ ok: false, why: "not-in-plan" });
  expect(await tab.ask({ do: "choose", slot: "checkout" })).toMatchObject({ ok: true, value: { slot: "checkout" } });
  // The site gives this one's arms.
  expect(await tab.ask({ do: "choose", slot: "spring_mail" })).toMatchObject({ ok: false, why: "refused", code: -31 });

  const told = tab.told("decisions").length;
  await tab.view("shoes");
  tab.pass(30);
  await tab.settle();
  expect(tab.told("decisions").length).toBeLessThanOrEqual(told + 1);
  for (const { choices } of tab.told("decisions")) expect(choices.map(({ slot }) => slot)).toEqual(["hero"]);
});

test("the visitor's own report, in words", async () => {
  const tab = await running();
  await tab.report();
  await tab.track({ kind: "order", topics: [], value: 49.9 });
  const outcome = await tab.ask<ClearReport>({ do: "report" });
  expect(outcome).toEqual({
    ok: true,
    value: {
      date: "2026-11-23",
      end: vectors.start + 86_400,
      cells: vectors.plan.cells.length,
      weight: vectors.plan.weight,
      sigma2: vectors.plan.sigma2,
      revision: 1,
      ones: [
        { metric: "present", segment: "", column: "" },
        { metric: "audience", segment: "new", column: "" },
        { metric: "funnel", segment: "new", column: "order" },
      ],
    },
  });
});

test("events that the plan has not are refused one by one", async () => {
  const tab = await running();
  expect(await tab.track({ kind: "custom", name: "scroll_50" })).toMatchObject({ ok: false, why: "not-in-plan" });
  expect(await tab.track({ kind: "order", topics: [], value: -1 })).toMatchObject({ ok: false, why: "input" });
  expect(await tab.track({ kind: "view" } as never)).toMatchObject({ ok: false, why: "input" });
  expect(await tab.track(null as never)).toMatchObject({ ok: false, why: "input" });
  expect(await tab.view("hats")).toMatchObject({ ok: true });
  expect((await tab.debug()).stage).toBe("running");
});

test("priors that cannot be had, or are damaged, cost nothing but themselves", async () => {
  for (const spoil of [
    (b: Browser) => (b.status = { priors: 500 }),
    (b: Browser) => (b.status = { priors: 0 }),
    (b: Browser) => (b.priors![9]! ^= 1),
    (b: Browser) => (b.priors = null),
    (b: Browser) => (b.priorsName = "x".repeat(64)),
  ]) {
    const browser = new Browser();
    spoil(browser);
    const tab = await running(browser);
    await tab.report();
    expect(tab.told("decisions")).toHaveLength(1);
    // Where there are none, none were refused.
    expect(await tab.debug()).toMatchObject({ priors: null, trouble: browser.priors ? [{ why: "refused" }] : [] });
  }
});

test("a collector that does not tell its time, or another one, gets no report", async () => {
  for (const ahead of [null, 90_000, -90_000]) {
    const browser = new Browser();
    browser.ahead = ahead;
    const tab = await running(browser);
    await tab.settle();
    expect(tab.ready).toHaveLength(0);
    expect(tab.told("decisions")).toHaveLength(1);
    expect((await tab.debug()).trouble).toMatchObject([{ why: "refused", code: -27 }]);
    expect(tab.told("trouble")).toHaveLength(0);
  }
});

test("a clock that runs ahead, as on loopback", async () => {
  const browser = new Browser();
  browser.ahead = 86_400 * 3;
  const tab = browser.tab();
  void tab.start(BOTH, { clock: 86_400 * 3 });
  await tab.view();
  expect((await tab.report()).date).toBe("2026-11-26");
});

test("a period that ends while the page is open: the next has a report of its own", async () => {
  const tab = await running();
  const before = await tab.report();
  tab.pass(86_400_000);
  await tab.view();
  tab.pass(1000);
  const after = await tab.report(2);
  expect([after.date, after.revision]).toEqual(["2026-11-24", 1]);
  expect(idOf(after)).not.toBe(idOf(before));
});

test("starting twice is refused, and nothing is done before a start", async () => {
  const browser = new Browser();
  const tab = browser.tab();
  expect(await tab.ask({ do: "consent", consent: BOTH })).toMatchObject({ ok: false, why: "input" });
  void tab.start();
  expect(await tab.start()).toMatchObject({ ok: false, why: "input" });
});
