import { describe, expect, test } from "vitest";
import type { Entry } from "../src/entry";
import type { Ask } from "../src/link";
import type { Ready } from "../src/protocol";
import { sender } from "../src/send";

const NOON = Date.UTC(2026, 10, 23, 12);
const END = Date.UTC(2026, 10, 24) / 1000;
const MINUTE = 60_000;

/** A page's sender over a shelf, a clock and a network of the test's. */
class Page {
  static entry: Entry = {};
  static now = NOON;
  /** What the network does with the next requests; by default it takes them. */
  static network: (() => Promise<Response>)[] = [];
  static posted: { revision: number; init: RequestInit; at: number }[] = [];
  /** The bytes that the Worker keeps. */
  static kept: Ready | null = null;

  static reset(): void {
    Object.assign(Page, { entry: {}, now: NOON, network: [], posted: [], kept: null });
  }

  seen = true;
  full = false;
  asked: Ask[] = [];
  timers: { at: number; call: () => void }[] = [];
  sender = sender({
    shelf: {
      read: () => Page.entry,
      change: (how) => {
        if (this.full) return false;
        Page.entry = structuredClone(Page.entry);
        how(Page.entry);
        return true;
      },
    },
    fetch: (_, init) => {
      Page.posted.push({ revision: new DataView(init.body as ArrayBuffer).getUint32(0), init, at: Page.now });
      return (Page.network.shift() ?? (() => Promise.resolve(new Response(null, { status: 202 }))))();
    },
    now: () => Page.now,
    random: () => 0.5,
    after: (ms, call) => {
      const timer = { at: Page.now + ms, call };
      this.timers.push(timer);
      return () => (this.timers = this.timers.filter((t) => t !== timer));
    },
    visible: () => this.seen,
    ask: <T>(request: Ask) => {
      this.asked.push(request);
      return Promise.resolve({ ok: true, value: (request.do === "unsent" ? Page.kept : undefined) as T });
    },
  });

  /** Begins, as a page does when it was loaded. */
  async begin(): Promise<this> {
    this.sender.begin();
    await settled();
    return this;
  }

  ready(revision: number, bytes = 100): void {
    this.sender.ready(ready(revision, bytes));
  }

  /** Leaves the page: it hears no answer any more unless it is shown again. */
  async hide(onward = false): Promise<void> {
    this.seen = false;
    this.sender.hide(onward);
    await settled();
  }

  async pass(ms: number): Promise<void> {
    Page.now += ms;
    for (const timer of this.timers.filter((t) => t.at <= Page.now)) {
      this.timers = this.timers.filter((t) => t !== timer);
      timer.call();
    }
    await settled();
  }

  did(what: Ask["do"]): Ask[] {
    return this.asked.filter((a) => a.do === what);
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const revisions = () => Page.posted.map((p) => p.revision);
const answer =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    Promise.resolve(new Response(null, { status, headers }));
const dead = () => Promise.reject(new TypeError("Failed to fetch"));

function ready(revision: number, bytes = 100): Ready {
  const buffer = new ArrayBuffer(bytes);
  new DataView(buffer).setUint32(0, revision);
  return { url: "http://site/dunlin/v1/reports", bytes: buffer, revision, date: "2026-11-23", end: END };
}

async function page(): Promise<Page> {
  return new Page().begin();
}

describe("a sender", () => {
  test("sends the ready bytes at the first hide, once, and has them renewed", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    p.ready(2);
    await p.hide();
    expect(revisions()).toEqual([2]);
    expect(Page.posted[0]!.init).toMatchObject({
      method: "POST",
      keepalive: true,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      headers: { "Content-Type": "application/octet-stream" },
    });
    expect(p.asked).toEqual([
      { do: "sent", revision: 2 },
      { do: "confirmed", revision: 2 },
    ]);
    expect(Page.entry.visits).toMatchObject({ owed: 0, first: true, more: 0, end: END });
  });

  test("sends at fixed places, changed or not: one hide and three more", async () => {
    Page.reset();
    for (let i = 1; i <= 6; i++) {
      const p = await page();
      p.ready(i);
      await p.hide();
      Page.now += MINUTE;
    }
    expect(revisions()).toEqual([1, 2, 3, 4]);
    Page.now += 30 * MINUTE;
    const p = await page();
    p.ready(7);
    await p.hide();
    expect(revisions()).toEqual([1, 2, 3, 4, 7]);
  });

  test("of pages that lead on to others of the site only a visit's first is a place", async () => {
    Page.reset();
    for (let i = 1; i <= 9; i++) {
      const p = await page();
      p.ready(i);
      await p.hide(i < 9);
      Page.now += MINUTE;
    }
    expect(revisions()).toEqual([1, 9]);
    expect(Page.entry.visits).toMatchObject({ first: true, more: 1 });
  });

  test("uses a place up that nothing was ready for, and sends on the next page, with jitter", async () => {
    Page.reset();
    await (await page()).hide();
    expect(Page.entry.visits).toMatchObject({ owed: 2, first: true });
    Page.now += 1000;
    const p = await page();
    p.ready(1);
    await p.pass(10_999);
    expect(revisions()).toEqual([]);
    await p.pass(1);
    expect(revisions()).toEqual([1]);
    expect(Page.entry.visits).toMatchObject({ owed: 0, more: 0 });
  });

  test("sends what becomes ready while the page is hidden, if its place had nothing", async () => {
    Page.reset();
    const p = await page();
    await p.hide();
    p.ready(1);
    await settled();
    expect(revisions()).toEqual([1]);
    p.ready(2);
    await settled();
    expect(revisions()).toEqual([1]);

    Page.reset();
    const seen = await page();
    await seen.hide();
    seen.sender.show();
    seen.ready(1);
    await settled();
    expect(revisions()).toEqual([]);
  });

  test("sends what is owed as soon as it is ready, if that is after the jitter", async () => {
    Page.reset();
    await (await page()).hide();
    const p = await page();
    await p.pass(20_000);
    p.ready(1);
    await settled();
    expect(revisions()).toEqual([1]);
    p.ready(2);
    await p.pass(60_000);
    expect(revisions()).toEqual([1]);
  });

  test("sends what is owed at the next hide at the latest", async () => {
    Page.reset();
    Page.entry.visits = { last: NOON, first: true, end: END, more: 3, owed: 2, wait: 0 };
    const p = await page();
    p.ready(5);
    await p.hide();
    expect(revisions()).toEqual([5]);
    await p.hide();
    expect(revisions()).toEqual([5]);
  });

  test("sends an unconfirmed report's own bytes again", async () => {
    Page.reset();
    const first = await page();
    first.ready(1);
    Page.network.push(dead);
    await first.hide();
    expect(Page.entry.visits).toMatchObject({ owed: 1 });
    Page.kept = ready(1);
    const next = await page();
    next.ready(2);
    await next.pass(15_000);
    expect(revisions()).toEqual([1, 1]);
    expect(next.did("confirmed")).toEqual([{ do: "confirmed", revision: 1 }]);
    expect(Page.entry.visits).toMatchObject({ owed: 0 });
  });

  test("leaves the mark for a page that died before the answer", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    let take!: (response: Response) => void;
    Page.network.push(() => new Promise((resolve) => (take = resolve)));
    await p.hide();
    expect(Page.entry.visits).toMatchObject({ owed: 1 });
    // Never two at once: a further place is used up while the request is on its way.
    p.ready(2);
    await p.hide();
    expect(revisions()).toEqual([1]);
    expect(Page.entry.visits).toMatchObject({ more: 1, owed: 2 });
    take(new Response(null, { status: 202 }));
    await settled();
    expect(Page.entry.visits).toMatchObject({ owed: 2 });
  });

  test("sends what nobody heard the answer to once more, and not for ever", async () => {
    Page.reset();
    const unheard = () => new Promise<Response>(() => undefined);
    Page.entry.visits = { last: NOON, first: true, end: END, more: 2, owed: 0, wait: 0 };
    for (let i = 0; i < 5; i++) {
      Page.network.push(unheard);
      const p = await page();
      p.ready(1);
      await p.hide();
    }
    expect(revisions()).toEqual([1, 1]);
  });

  test("does not give up what it knows to have failed", async () => {
    Page.reset();
    Page.kept = ready(1);
    Page.entry.visits = { last: NOON, first: true, end: END, more: 3, owed: 1, wait: 0 };
    for (let i = 0; i < 5; i++) {
      Page.network.push(dead);
      await (await page()).hide();
      Page.now = Page.entry.visits.wait;
    }
    expect(revisions()).toEqual([1, 1, 1, 1, 1]);
    await (await page()).hide();
    await (await page()).hide();
    expect(revisions()).toHaveLength(6);
  });

  test("waits twice as long after each failure that names no time, and begins anew when one was heard", async () => {
    Page.reset();
    Page.kept = ready(1);
    Page.network.push(...Array<typeof dead>(4).fill(dead));
    const p = await page();
    p.ready(1);
    await p.hide();
    const waits = [];
    for (let i = 0; i < 4; i++) {
      waits.push(Page.entry.visits!.wait - Page.now);
      Page.now = Page.entry.visits!.wait;
      await (await page()).pass(11_000);
    }
    expect(waits).toEqual([15_000, 30_000, 60_000, 120_000]);
    expect(Page.entry.visits).toMatchObject({ owed: 0, wait: 0, failed: 0 });
  });

  test("leaves the collector alone at a place too, which is then owed", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    Page.network.push(answer(503, { "Retry-After": "60" }));
    await p.hide();
    Page.now += 50_000;
    const next = await page();
    next.ready(2);
    await next.hide();
    next.ready(3);
    await settled();
    expect(revisions()).toEqual([1]);
    expect(Page.entry.visits).toMatchObject({ more: 1, owed: 2 });
  });

  test("of a page that stays sends the very bytes again, as often as it takes", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    Page.network.push(answer(503), answer(507, { "Retry-After": "100" }), dead);
    await p.hide();
    p.ready(2);
    await p.pass(MINUTE);
    expect(revisions()).toEqual([1]);
    p.seen = true;
    p.sender.show();
    await p.pass(11_000);
    await p.pass(149_999);
    expect(revisions()).toEqual([1, 1]);
    await p.pass(1);
    await p.pass(MINUTE);
    expect(revisions()).toEqual([1, 1, 1, 1]);
    expect(new Set(Page.posted.map((s) => s.init.body)).size).toBe(1);
    expect(p.did("confirmed")).toEqual([{ do: "confirmed", revision: 1 }]);
  });

  test("does not send again what was taken back while it was on its way", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    let fail!: () => void;
    Page.network.push(() => new Promise((_, reject) => (fail = () => reject(new TypeError("Failed to fetch")))));
    p.seen = true;
    await p.hide();
    p.sender.ready(undefined);
    fail();
    await settled();
    p.seen = true;
    p.sender.show();
    await p.pass(10 * MINUTE);
    expect(revisions()).toEqual([1]);
  });

  test("notes nothing any more once it was stopped, whatever is answered then", async () => {
    for (const last of [answer(202), answer(503), dead]) {
      Page.reset();
      const p = await page();
      p.ready(1);
      let go!: () => void;
      const late = new Promise<void>((resolve) => (go = resolve));
      Page.network.push(() => late.then(last));
      await p.hide();
      p.sender.stop();
      Page.entry = {};
      go();
      await settled();
      expect(Page.entry).toEqual({});
    }
  });

  test("tries once more before the period ends, however often it has failed", async () => {
    Page.reset();
    Page.entry.visits = { last: NOON, first: true, end: END, more: 0, owed: 1, wait: 0, failed: 20 };
    Page.now = NOON + 11 * 60 * MINUTE;
    const p = await page();
    p.ready(1);
    Page.network.push(dead);
    await p.hide();
    const wait = Page.entry.visits!.wait;
    expect([wait > Page.now + 30 * MINUTE - 1, wait < END * 1000]).toEqual([true, true]);
    Page.now = wait;
    Page.kept = ready(1);
    await (await page()).pass(11_000);
    expect(revisions()).toEqual([1, 1]);
  });

  test("has forgotten in the next period that it was to wait", async () => {
    Page.reset();
    Page.entry.visits = { last: END * 1000 - 1, first: true, end: END, more: 3, owed: 1, wait: END * 1000 + MINUTE, failed: 9 };
    Page.now = END * 1000;
    await page();
    expect(Page.entry.visits).toMatchObject({ owed: 0, wait: 0, failed: 0 });
  });

  test.each([400, 403, 409, 413, 422])("takes %i for an answer", async (status) => {
    Page.reset();
    const p = await page();
    p.ready(1);
    Page.network.push(answer(status));
    await p.hide();
    expect(Page.entry.visits).toMatchObject({ owed: 0 });
    expect(p.did("confirmed")).toHaveLength(1);
  });

  test.each([408, 429, 500, 503, 507])("waits after %i as long as it is told, for the next page", async (status) => {
    Page.reset();
    const p = await page();
    p.ready(1);
    Page.network.push(answer(status, { "Retry-After": "60" }));
    await p.hide();
    expect(p.did("confirmed")).toEqual([]);
    Page.kept = ready(1);
    const next = await page();
    await next.pass(89_999);
    expect(revisions()).toEqual([1]);
    await next.pass(1);
    expect(revisions()).toEqual([1, 1]);
  });

  test("is not held for ever by a mad Retry-After", async () => {
    for (const after of ["1e99", "-5", "soon", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT"]) {
      Page.reset();
      const p = await page();
      p.ready(1);
      Page.network.push(answer(503, { "Retry-After": after }));
      await p.hide();
      const wait = Page.entry.visits!.wait - Page.now;
      expect([wait > 9_999, wait <= 86_400_000], `${after}: ${wait}`).toEqual([true, true]);
    }
  });

  test("sends nothing of a period that is over", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    Page.now = END * 1000;
    await p.hide();
    expect(revisions()).toEqual([]);
    const next = await page();
    expect(next.did("unsent")).toEqual([{ do: "unsent" }]);
    Page.kept = ready(1);
    await (await page()).pass(30_000);
    expect(revisions()).toEqual([]);
  });

  test("sends a report above 60 KB from a page that is seen", async () => {
    Page.reset();
    const p = await page();
    p.ready(1, 60 * 1024 + 1);
    await p.hide();
    expect(revisions()).toEqual([]);
    const next = await page();
    next.ready(2, 60 * 1024 + 1);
    await next.pass(11_000);
    expect(Page.posted.map((s) => s.init.keepalive)).toEqual([false]);
  });

  test("sends nothing that was taken back", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    p.sender.ready(undefined);
    await p.hide();
    expect(revisions()).toEqual([]);
  });

  test("of a tab that is not the writer uses no place", async () => {
    Page.reset();
    const p = await page();
    p.sender.blocked();
    await p.hide();
    expect(Page.entry.visits).toMatchObject({ first: false, owed: 0 });
    // The other tab has gone.
    p.ready(1);
    await p.hide();
    expect(revisions()).toEqual([1]);
  });

  test("sends nothing where places cannot be remembered", async () => {
    Page.reset();
    const p = await page();
    p.ready(1);
    p.full = true;
    await p.hide();
    expect(revisions()).toEqual([]);
  });

  test("sends nothing that cannot be noted any more when it is due", async () => {
    Page.reset();
    Page.entry = { visits: { last: NOON, first: true, end: END, more: 0, owed: 1, wait: 0 } };
    const p = await page();
    p.ready(1);
    p.full = true;
    await p.pass(MINUTE);
    expect(revisions()).toEqual([]);
  });
});
