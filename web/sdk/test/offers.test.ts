import { expect, test } from "vitest";
import { encodeEvent, forgetWords, keysOf } from "../src/event";
import { address, readCatalogue } from "../src/list";
import { reasonText } from "../src/reason";
import type { Mind } from "../src/mind";
import { OP } from "../src/module";
import { bare, catalogue, pick } from "../src/offers";
import { decodePlan, type Plan } from "../src/plan";
import { answerOf, choicesOf } from "../src/survey";
import { float, hex } from "../src/wire";
import type { PageEvent } from "../src/protocol";
import { published } from "./vectors";

const plan: Plan = {
  ...decodePlan(published),
  topics: ["shoes", "bags", "watches"],
  skills: ["reading", "sums"],
  networks: ["weibo"],
  payments: ["card", "alipay"],
  pages: ["sale"],
  channels: ["banner", "push"],
  lists: [{ name: "feed", items: [] }],
  messages: [{ name: "back", channels: ["banner", "push"] }],
  surveys: [
    { name: "csat", kind: 1, answers: [] },
    { name: "why", kind: 4, answers: ["price", "size"] },
  ],
};
const bytes = (event: PageEvent, keys?: Awaited<ReturnType<typeof keysOf>>) => {
  const got = encodeEvent(plan, event, keys);
  return typeof got === "string" ? got : hex(got);
};

// docs/formats.md draws these.
test("the new events' bytes", async () => {
  const keys = await keysOf(["runner"], crypto.subtle);
  const runner = "527aa9f431539da8";
  expect(bytes({ kind: "view", topics: ["shoes"], item: "runner", tier: "high" }, keys)).toBe(`0101${runner}03`);
  expect(bytes({ kind: "view", topics: ["shoes"], tier: "odd" as never })).toBe("0101");
  expect(bytes({ kind: "order", topics: ["shoes"], value: 49.9, items: 2, discount: 5, payment: "alipay", tier: "low" })).toBe(
    "04fe260102f4030201",
  );
  expect(bytes({ kind: "search", topics: ["bags"] })).toBe("0a02");
  expect(bytes({ kind: "social", act: "comment", network: "weibo", sentiment: "positive", topics: [] })).toBe("0b02010300");
  expect(bytes({ kind: "social", act: "like", sentiment: "positive", topics: [] })).toBe("0b00000000");
  expect(bytes({ kind: "media", quarter: 4, topics: [] })).toBe("0c0400");
  expect(bytes({ kind: "refund", value: 1, topics: [] })).toBe("0d6400");
  expect(bytes({ kind: "answer", survey: "csat", value: 5 })).toBe("0e0005");
  expect(bytes({ kind: "answer", survey: "why", value: ["size", "price"] })).toBe("0e0103");
  expect(bytes({ kind: "asked", survey: "why" })).toBe("0f01");
  expect(bytes({ kind: "attempt", skill: "sums", item: "runner", difficulty: -0.5, right: true, topics: [] }, keys)).toBe(
    `1001${runner}bfe00000000000000100`,
  );
  expect(bytes({ kind: "arrive", channel: "wechat", device: "phone", region: "asia_east", page: "sale", offset: 480 })).toBe(
    "1108000401c007",
  );
  expect(bytes({ kind: "listed", list: "feed", items: ["runner"] }, keys)).toBe(`130001${runner}`);
  expect(bytes({ kind: "picked", list: "feed", item: "runner", topics: [] }, keys)).toBe(`1400${runner}00`);
  expect(bytes({ kind: "reached", message: "back", channel: "push" })).toBe("150001");
  expect(bytes({ kind: "responded", message: "back" })).toBe("160000");
});

test.each<[object, string]>([
  [{ kind: "media", quarter: 5, topics: [] }, "input"],
  [{ kind: "media", quarter: "2", topics: [] }, "input"],
  [{ kind: "refund", value: -1, topics: [] }, "input"],
  [{ kind: "answer", survey: "csat", value: 1e9 }, "input"],
  [{ kind: "answer", survey: "why", value: "colour" }, "not-in-plan"],
  [{ kind: "answer", survey: "x".repeat(1 << 20), value: 1 }, "not-in-plan"],
  [{ kind: "arrive", channel: "fax", device: "phone", region: "other", offset: 0 }, "input"],
  [{ kind: "arrive", channel: "sms", device: "phone", region: "other", offset: 1e6 }, "input"],
  [{ kind: "attempt", skill: "sums", item: "a", difficulty: NaN, right: true, topics: [] }, "input"],
  [{ kind: "listed", list: "other", items: [] }, "not-in-plan"],
  [{ kind: "picked", list: "feed", item: 7, topics: [] }, "input"],
  [{ kind: "order", topics: [], value: 1, items: -1 }, "input"],
  [{ kind: "unheard", topics: [] }, "input"],
  [{ kind: "search" }, "input"],
])("%.80j is %s", (event, why) => expect(bytes(event as PageEvent)).toBe(why));

test("a search's words become the plan's topics and are gone", () => {
  const of = (words: string, topics: string[] = []) =>
    forgetWords({ ...plan, topics: ["shoes", "bags", "跑鞋"] }, { kind: "search", topics, words });
  expect(of("Red SHOES, size 40")).toEqual({ kind: "search", topics: ["shoes"] });
  expect(of("one shoe")).toEqual({ kind: "search", topics: ["shoes"] });
  expect(of("红色跑鞋")).toEqual({ kind: "search", topics: ["跑鞋"] });
  expect(of("snowshoeing", ["bags", "my diary"])).toEqual({ kind: "search", topics: ["bags"] });
});

test("a catalogue has package recommend's bytes, whatever the site writes", async () => {
  const { sound, bytes: got } = await catalogue(
    plan,
    [
      { id: "runner", topics: ["Shoes", "watches"], price: 89.9, added: "2026-11-23" },
      { id: "fractions", skill: "sums", difficulty: -0.5 },
      { id: "runner" },
      null as never,
      { id: "odd", topics: "shoes" as never, price: NaN, added: "never", difficulty: Infinity },
    ],
    crypto.subtle,
  );
  expect(sound.map(({ id }) => id)).toEqual(["runner", "fractions", "odd"]);
  // The example of docs/formats.md, and a third item of which nothing is known.
  expect(hex(got)).toMatch(/^03527aa9f431539da8059e46aca201004b7d2bf5359baaff00000002bfe0000000000000.{16}00000000$/);
});

test("malformed catalogues are none", () => {
  for (const text of ["", "{", "null", "7", '{"items":{}}', "x".repeat(5_000_000)]) expect(readCatalogue(text)).toBeNull();
  expect(readCatalogue('{"items":[null,7,{"id":7},{"id":""},{"id":"a"}]}')).toEqual([{ id: "a" }]);
  expect(address("javascript:alert(1)", "https://shop.example/")).toBe("");
  expect(address("/a", "https://shop.example/b")).toBe("https://shop.example/a");
});

test("reasons are sentences in both languages", () => {
  expect(reasonText("en-GB", "viewed", "shoes")).toBe("because you viewed shoes");
  expect(reasonText("zh-CN", "viewed", "鞋")).toBe("因为你看过 鞋");
  expect(reasonText("en", "viewed", "")).toBe("popular");
});

test("a survey's choices and answers", () => {
  expect(choicesOf({ name: "a", kind: "nps", answers: [] })).toHaveLength(11);
  expect(choicesOf({ name: "a", kind: "csat", answers: [] })[0]).toBe("1");
  expect([answerOf("nps", ["0"]), answerOf("one", ["b"]), answerOf("multi", ["a", "b"]), answerOf("csat", [])]).toEqual([
    0,
    "b",
    ["a", "b"],
    undefined,
  ]);
});

// A catalogue goes to the module once for an instance, and again where that is a new one;
// the page hears nothing of the parts of a score.
test("a catalogue is given once, and why a list offers what it does", async () => {
  const calls: number[] = [];
  let has = false;
  const answer = new Uint8Array([1, 0, 1, 2, 1, ...[5, 3, 1, 0.5, 0.25, -0.25].flatMap((v) => [...float(v)])]);
  const mind = {
    call: (op: number) => {
      calls.push(op);
      if (op === OP.catalogue) has = true;
      return op === OP.catalogue ? new Uint8Array() : has ? answer : -31;
    },
  } as unknown as Mind;
  const means = { mind, plan, now: 1, subtle: crypto.subtle };
  const ask = (ids: readonly string[]) => pick(means, { id: 1, do: "list", list: "feed", items: ids.map((id) => ({ id })), topics: [] });
  const parts = { score: 5, interest: 3, popular: 1, price: 0.5, fresh: 0.25, rotation: -0.25 };
  const shown = { id: "b", reason: "interest", topic: "shoes" } as const;
  const offered = { ok: true, value: { list: "feed", picks: [{ ...shown, ...parts }] } };
  expect(bare(offered.value)).toEqual({ list: "feed", picks: [shown] });
  expect(await ask(["a", "b"])).toEqual(offered);
  expect(await ask(["a", "b"])).toEqual(offered);
  expect(calls).toEqual([OP.catalogue, OP.recommend, OP.recommend]);
  has = false; // the instance trapped, and another has begun
  expect(await ask(["a", "b"])).toEqual(offered);
  expect(calls.slice(3)).toEqual([OP.recommend, OP.catalogue, OP.recommend]);
  await ask(["a", "b", "c"]);
  expect(calls.slice(6)).toEqual([OP.catalogue, OP.recommend]);
});
