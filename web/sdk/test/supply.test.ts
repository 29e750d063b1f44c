import { expect, test } from "vitest";
import type { Start } from "../src/protocol";
import { Supply } from "../src/supply";
import { bytes, published, vectors } from "./vectors";

const start: Start = {
  base: "https://shop.example/stat/",
  api: "v1",
  site: "",
  officer: vectors.officer,
  consent: { measure: true, personalize: true },
  clock: 0,
};

/** A supply whose requests are answered by a function, and what was asked. */
function supply(answer: () => Response | Promise<Response>, more: Partial<Start> = {}) {
  const asked: [string, RequestInit][] = [];
  let passed = 1000;
  const made = new Supply({
    with: { ...start, ...more },
    fetch: ((url: string, init: RequestInit) => {
      asked.push([url, init]);
      return Promise.resolve().then(answer);
    }) as typeof fetch,
    subtle: crypto.subtle,
    monotonic: () => passed,
    signal: new AbortController().signal,
  });
  return { made, asked, pass: (ms: number) => (passed += ms) };
}

const plan = (headers: HeadersInit = {}) => new Response(bytes(vectors.signed), { headers });

test("asks for the plan afresh, for nothing that anybody has asked before, and with nothing of the visitor", async () => {
  const { made, asked } = supply(plan);
  expect((await made.plan()).bytes).toEqual(published);
  expect(asked).toEqual([
    [
      "https://shop.example/stat/v1/plan",
      { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", signal: expect.any(AbortSignal) },
    ],
  ]);
});

test("names the site where the tag does, and the API's version", async () => {
  const { made, asked } = supply(plan, { site: "shop.example/&", api: "v2" });
  await made.plan();
  expect(asked[0]![0]).toBe("https://shop.example/stat/v2/plan?site=shop.example%2F%26");
});

test("the collector's time goes on from its Date, by a clock that nobody sets", async () => {
  const { made, pass } = supply(() => plan({ Date: "Mon, 23 Nov 2026 09:00:00 GMT" }));
  const { collector } = await made.plan();
  pass(2500);
  expect(collector()).toBe(Date.UTC(2026, 10, 23, 9) / 1000 + 2.5);
  const silent = await supply(plan).made.plan();
  expect(silent.collector()).toBeNaN();
});

test("priors are asked for by their sum, and taken if it is theirs", async () => {
  const priors = bytes(vectors.priors);
  const name = Buffer.from(await crypto.subtle.digest("SHA-256", priors)).toString("hex");
  const { made, asked } = supply(() => new Response(priors));
  expect(await made.priors(name)).toEqual(priors);
  expect(asked[0]![0]).toBe(`https://shop.example/stat/v1/priors/${name}`);
  expect(await made.priors(name.replace(/^./, (c) => (c === "0" ? "1" : "0")))).toBeNull();
  expect(asked).toHaveLength(2);
  for (const no of ["", "../module/x", name.toUpperCase(), `${name}0`]) expect(await made.priors(no)).toBeNull();
  expect(asked).toHaveLength(2);
});

test("an answer that breaks off is the network's fault", async () => {
  const broken = () => new Response(new ReadableStream({ start: (it) => it.error(new TypeError("terminated")) }));
  await expect(supply(broken).made.plan()).rejects.toMatchObject({ why: "network", say: "the answer broke off" });
  await expect(supply(broken).made.module("00")).rejects.toMatchObject({ why: "network" });
  expect(await supply(broken).made.priors("0".repeat(64))).toBeNull();
  await expect(supply(() => new Response("", { status: 503 })).made.plan()).rejects.toMatchObject({ say: "plan: status 503" });
});
