import { describe, expect, test } from "vitest";
import type { Debug, SendDebug } from "../../sdk/src/api";
import type { ClearReport, WorkerDebug } from "../../sdk/src/protocol";
import { askOwn, counted, stand, standInWords, type Own } from "../bar/own";
import { languages } from "../shop/language";

const sends: SendDebug = { last: 0, first: false, end: 0, more: 0, owed: 0, wait: 0, ready: null, sent: 0, status: 0 };
const ready = { revision: 1, date: "2026-11-22", bytes: 3476 };
const worker: WorkerDebug = {
  stage: "running",
  trouble: [],
  plan: null,
  priors: null,
  module: "",
  stateBytes: 0,
  encrypted: true,
  revision: 0,
  times: {},
};
const debug: Debug = {
  consent: { measure: true, personalize: true, mode: "ask", said: true, signal: false },
  why: "",
  slots: [],
  sends,
  trouble: [],
  worker,
};
const report: ClearReport = {
  date: "2026-11-22",
  end: 0,
  cells: 113,
  ones: [{ metric: "present", segment: "", column: "" }],
  weight: 9,
  sigma2: 185,
  revision: 1,
};

const own = (part: Partial<Debug>): Own => ({ debug: { ...debug, ...part }, report, hero: undefined });
const off = { measure: false, personalize: false, mode: "ask", said: false, signal: false } as const;

describe("stand", () => {
  test.each([
    ["blocked", undefined],
    ["invite", own({ consent: off, why: "off" })],
    ["refused", own({ consent: { ...off, said: true }, why: "off" })],
    ["signal", own({ consent: { ...off, signal: true }, why: "off" })],
    ["measureOff", own({ consent: { ...off, said: true, personalize: true } })],
    ["bot", own({ why: "bot" })],
    ["owner", own({ why: "owner" })],
    ["trouble", own({ why: "network" })],
    ["trouble", own({ worker: { ...worker, stage: "stopped" } })],
    ["starting", own({ worker: null, sends: null })],
    ["starting", own({ sends: null })],
    ["otherTab", own({ worker: { ...worker, stage: "waiting" } })],
    ["preparing", own({})],
    ["ready", own({ sends: { ...sends, ready } })],
    ["owed", own({ sends: { ...sends, first: true, owed: 2 } })],
    ["sent", own({ sends: { ...sends, first: true, owed: 1 } })],
    ["sent", own({ sends: { ...sends, first: true, owed: 0, ready } })],
    ["used", own({ sends: { ...sends, first: true, more: 3, ready } })],
  ])("%s", (want, given) => expect(stand(given)).toBe(want));
});

test("counted is what has left", () => {
  expect(counted(own({ sends: { ...sends, first: true } }))).toBe(true);
  expect(counted(own({ sends: { ...sends, ready } }))).toBe(false);
  expect(counted(own({ sends: { ...sends, first: true, owed: 2 } }))).toBe(false);
});

test("every standing has words, and trouble says its own", () => {
  for (const language of languages) {
    expect(standInWords(undefined, language)).not.toBe("");
    expect(standInWords(own({ sends: { ...sends, first: true } }), language)).toMatch(/\b1 .*\b113 |113 .* 1 /);
    expect(standInWords(own({ why: "network", trouble: [{ why: "network", say: "the plan did not load" }] }), language)).toContain(
      "the plan did not load",
    );
  }
});

test("asks for nothing more than debug where nothing runs", async () => {
  const asked: string[] = [];
  const dunlin = new Proxy({} as never, {
    get:
      (_, name: string) =>
      (...args: unknown[]) => {
        asked.push([name, ...args].join(" "));
        return Promise.resolve({ ok: true, value: name === "debug" ? { ...debug, consent: off, why: "off" } : report });
      },
  });
  expect((await askOwn(dunlin))?.report).toBeUndefined();
  expect(asked).toEqual(["debug"]);
});
