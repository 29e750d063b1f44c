import { expect, test } from "vitest";
import { encodeEvent } from "../src/event";
import { decodePlan, type Plan } from "../src/plan";
import type { PageEvent } from "../src/protocol";
import { hex } from "../src/wire";
import { published, vectors } from "./vectors";

const plan = decodePlan(published);

test("events have Go's bytes", () => {
  expect(vectors.events.length).toBeGreaterThan(10);
  for (const { event, bytes } of vectors.events) {
    const got = encodeEvent(plan, event);
    expect(typeof got === "string" ? got : hex(got), JSON.stringify(event)).toBe(bytes);
  }
});

test("a plan's 64th topic has a bit", () => {
  const many: Plan = { ...plan, topics: Array.from({ length: 64 }, (_, i) => `t${i}`) };
  expect(encodeEvent(many, { kind: "view", topics: ["t63"] })).toEqual(Uint8Array.of(1, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1));
});

test.each<[PageEvent, string]>([
  [{ kind: "click", topics: [], slot: "footer" }, "not-in-plan"],
  [{ kind: "custom", name: "scroll_50" }, "not-in-plan"],
  [{ kind: "exposure", slot: "hero", variant: "hats" }, "not-in-plan"],
  [{ kind: "exposure", slot: "footer", variant: "plain" }, "not-in-plan"],
  [{ kind: "assign", campaign: "spring_mail", arm: "mail_z" }, "not-in-plan"],
  [{ kind: "assign", campaign: "autumn", arm: "none" }, "not-in-plan"],
  [{ kind: "declare", attribute: "height", value: 1 }, "not-in-plan"],
  [{ kind: "declare", attribute: "age_band", value: "12" }, "not-in-plan"],
  [{ kind: "declare", attribute: "age_band", value: 1 }, "input"],
  [{ kind: "declare", attribute: "member", value: 1 }, "input"],
  [{ kind: "declare", attribute: "loyalty_points", value: NaN }, "input"],
  [{ kind: "declare", attribute: "loyalty_points", value: "12" }, "input"],
  [{ kind: "order", topics: [], value: -0.01 }, "input"],
  [{ kind: "order", topics: [], value: NaN }, "input"],
  [{ kind: "order", topics: [], value: 1.1e12 }, "input"],
  [{ kind: "dwell", topics: [], seconds: -1 }, "input"],
  [{ kind: "dwell", topics: [], seconds: NaN }, "input"],
])("%j is %s", (event, why) => {
  expect(encodeEvent(plan, event)).toBe(why);
});
