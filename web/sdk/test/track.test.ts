import { expect, test } from "vitest";
import { toRequest } from "../src/track";

const request = (name: string, ...args: unknown[]) => toRequest(name, args, ["page"], 7);
const event = (...args: unknown[]) => {
  const it = request("track", ...args);
  return typeof it === "object" && it.do === "track" && it.at === 7 ? it.event : it;
};

test("events of the plan's kinds", () => {
  expect(event("view")).toEqual({ kind: "view", topics: ["page"] });
  expect(event("cart", { topics: ["Shoes", "BAGS"] })).toEqual({ kind: "cart", topics: ["shoes", "bags"] });
  expect(event("cart", { topics: [] })).toEqual({ kind: "cart", topics: [] });
  expect(event("order", { value: 12.5 })).toEqual({ kind: "order", topics: ["page"], value: 12.5 });
  expect(event("click")).toEqual({ kind: "click", topics: ["page"] });
  expect(event("click", { slot: "hero" })).toEqual({ kind: "click", topics: [], slot: "hero" });
  expect(event("click", { slot: "hero", topics: ["kids"] })).toEqual({ kind: "click", topics: ["kids"], slot: "hero" });
  expect(event("exposure", { slot: "hero", variant: "shoes" })).toEqual({ kind: "exposure", slot: "hero", variant: "shoes" });
  expect(event("newsletter_signup", { value: 3 })).toEqual({ kind: "custom", name: "newsletter_signup" });
});

test("the other calls", () => {
  expect(request("declare", "member", false)).toEqual({
    do: "track",
    event: { kind: "declare", attribute: "member", value: false },
    at: 7,
  });
  expect(request("declare", "points", 0)).toMatchObject({ event: { value: 0 } });
  expect(request("assign", "mail", "a")).toEqual({ do: "track", event: { kind: "assign", campaign: "mail", arm: "a" }, at: 7 });
  expect(request("choose", "hero")).toEqual({ do: "choose", slot: "hero" });
  expect(request("why", "hero")).toEqual({ do: "why", slot: "hero" });
  expect(request("report")).toEqual({ do: "report" });
  expect(request("forget")).toEqual({ do: "forget" });
});

test("what lacks something is told what", () => {
  expect(request("track")).toBe("track: want event");
  expect(request("choose", 7)).toBe("choose: want slot");
  expect(request("declare", "member")).toBe("declare: want attribute, value");
  expect(request("assign", "mail")).toBe("assign: want campaign, arm");
});
