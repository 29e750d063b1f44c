import { expect, test } from "vitest";
import { backOff, later, LONGEST } from "../src/backoff";
import type { Entry } from "../src/entry";
import { sender } from "../src/send";
import { randomOf } from "./random";

const NOON = Date.UTC(2026, 10, 23, 12);
const ENDLESS = Infinity;

test("too many, too slow, no room, no answer and the collector's own trouble pass; refusals do not", () => {
  expect([0, 408, 429, 500, 502, 503, 504, 507].filter((status) => !later(status))).toEqual([]);
  expect([undefined, 200, 202, 204, 301, 400, 403, 404, 409, 410, 413, 422].filter((status) => later(status))).toEqual([]);
});

test.each([
  [1, "", 10],
  [2, "", 20],
  [8, "", 1280],
  [14, "", 81_920],
  [15, "", 86_400],
  [5000, "", 86_400],
  [1, "60", 60],
  [4, "60", 80],
  [1, "3", 10],
  [1, "0", 10],
  [1, "-5", 10],
  [1, "soon", 10],
  [1, "1e99", 86_400],
  [1, "Mon, 23 Nov 2026 11:59:00 GMT", 10],
])("failure %i with Retry-After %j: from %i s on, and as long again", (failures, after, wait) => {
  expect(backOff(failures, 0, NOON, ENDLESS, { after })).toBe(wait * 1000);
  expect(backOff(failures, 0.5, NOON, ENDLESS, { after })).toBe(wait * 1500);
  expect(backOff(failures, 1 - 2 ** -53, NOON, ENDLESS, { after })).toBeLessThanOrEqual(LONGEST);
});

test("a date counts from the collector's clock, and from the device's if that is not told", () => {
  const after = "Mon, 23 Nov 2026 12:02:00 GMT";
  expect(backOff(1, 0, NOON, ENDLESS, { after, date: "Mon, 23 Nov 2026 12:00:30 GMT" })).toBe(90_000);
  expect(backOff(1, 0, NOON, ENDLESS, { after, date: null })).toBe(120_000);
  expect(backOff(1, 0, NOON, ENDLESS, {})).toBe(10_000);
});

test.each([
  ["doubling ends at half of the time that is left", 9, "", 600, 300, 600],
  ["the span ends with the time that is left", 1, "60", 90, 60, 90],
  ["what the collector asks for holds, even if it is too long", 1, "60", 30, 60, 60],
  ["and so do ten seconds", 9, "", 12, 10, 12],
  ["after the end nothing is drawn", 1, "", -5, 10, 10],
])("%s", (_, failures, after, left, from, to) => {
  expect(backOff(failures, 0, NOON, left * 1000, { after })).toBe(from * 1000);
  expect(backOff(failures, 1, NOON, left * 1000, { after })).toBe(to * 1000);
});

/**
 * Devices, each with a page that stays open, against a collector that is down for a while:
 * the senders are real, time is simulated.
 *
 * @param arrive Seconds over which the devices send first.
 * @param answer What the collector says at a second; null: it takes everything.
 * @returns requests by second, and the devices' bytes in the order taken.
 */
async function crowd(devices: number, arrive: number, answer: (second: number) => (() => Promise<Response>) | null) {
  const random = randomOf(devices + arrive);
  let now = NOON;
  const timers = new Map<number, (() => void)[]>();
  const requests: number[] = [];
  const taken: number[] = [];
  const asked: Set<ArrayBuffer>[] = [];
  const wake: (() => void)[][] = Array.from({ length: arrive }, () => []);
  for (let device = 0; device < devices; device++) {
    let entry: Entry = {};
    const bytes = new ArrayBuffer(8);
    asked.push(new Set());
    const it = sender({
      shelf: {
        read: () => entry,
        change: (how) => {
          entry = structuredClone(entry);
          how(entry);
          return true;
        },
      },
      fetch: (_, init) => {
        const second = Math.floor((now - NOON) / 1000);
        requests[second] = (requests[second] ?? 0) + 1;
        asked[device]!.add(init.body as ArrayBuffer);
        const refusal = answer(second);
        if (refusal) return refusal();
        taken.push(device);
        return Promise.resolve(new Response(null, { status: 202 }));
      },
      now: () => now,
      random,
      // By the second: timers of a browser are no finer than they need to be.
      after: (ms, call) => {
        const at = Math.ceil((now + ms - NOON) / 1000);
        if (!timers.has(at)) timers.set(at, []);
        let live = true;
        timers.get(at)!.push(() => live && call());
        return () => (live = false);
      },
      visible: () => true,
      ask: <T>() => Promise.resolve({ ok: true as const, value: null as T }),
    });
    wake[Math.floor(random() * arrive)]!.push(() => {
      it.begin();
      it.ready({ url: "/", bytes, revision: 1, date: "2026-11-23", end: NOON / 1000 + 12 * 3600 });
      it.hide(false);
    });
  }
  let second = 0;
  for (; taken.length < devices && second < 6 * 3600; second++) {
    now = NOON + second * 1000;
    for (const begin of wake[second] ?? []) begin();
    for (const due of timers.get(second) ?? []) due();
    timers.delete(second);
    if (requests[second]) await new Promise(setImmediate);
  }
  return { requests: Array.from(requests, (n) => n ?? 0), taken, asked, seconds: second };
}

const DEVICES = 10_000;
const busy = () => Promise.resolve(new Response(null, { status: 503, headers: { "Retry-After": "60" } }));
const away = () => Promise.reject(new TypeError("Failed to fetch"));

// Uniform over a span of w seconds, the mean is DEVICES / w a second; five standard
// deviations above it, one second of a thousand runs is beyond.
const bound = (span: number) => DEVICES / span + 5 * Math.sqrt(DEVICES / span);

test("10,000 devices refused in one second with Retry-After 60 come back over a minute", async () => {
  const { requests, taken, asked, seconds } = await crowd(DEVICES, 1, (second) => (second < 1 ? busy : null));
  expect(requests[0]).toBe(DEVICES);
  expect(requests.findIndex((n, second) => second > 0 && n > 0)).toBeGreaterThanOrEqual(60);
  expect(Math.max(...requests.slice(1))).toBeLessThan(bound(60));
  expect(seconds).toBeLessThanOrEqual(122);
  expect(new Set(taken).size).toBe(taken.length);
  expect(asked.every((bodies) => bodies.size === 1)).toBe(true);
});

test("10,000 devices of five minutes of 503: after it no second is worse than the first minute after a crash", async () => {
  const { requests, taken } = await crowd(DEVICES, 300, (second) => (second < 300 ? busy : null));
  const after = requests.slice(300);
  expect(Math.max(...after)).toBeLessThan(bound(60));
  expect(taken).toHaveLength(DEVICES);
});

test("a collector that is away for an hour is asked less and less, and has everything within another hour", async () => {
  const few = DEVICES / 10;
  const { requests, taken, seconds } = await crowd(few, 1, (second) => (second < 3600 ? away : null));
  const asked = (from: number, to: number) => requests.slice(from, to).reduce((n, of) => n + of, 0);
  expect(asked(0, 3600)).toBeLessThan(10 * few);
  expect(asked(1800, 3600)).toBeLessThan(1.5 * few);
  expect(taken).toHaveLength(few);
  expect(seconds).toBeLessThan(3 * 3600);
});
