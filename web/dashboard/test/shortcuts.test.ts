import { expect, test } from "vitest";
import { start, type Place } from "../src/location.ts";
import { asked, spans } from "../src/shortcuts.ts";

const ask = (key: string, place: Partial<Place> = {}) => asked(key, { ...start, ...place }, "2026-01-15", "2026-11-22");

test("each key of a span chooses it, in either case", () => {
  expect(Object.keys(spans).join("")).toBe("dewftnmpyla");
  for (const [key, span] of Object.entries(spans)) {
    expect(ask(key)).toEqual({ change: { span } });
    expect(ask(key.toUpperCase())).toEqual({ change: { span } });
  }
});

test("other keys", () => {
  expect(ask("c")).toBe("dates");
  expect(ask("/")).toBe("segment");
  expect(ask("?")).toBe("help");
  expect(ask("x")).toEqual({ change: { compare: "previous" } });
  expect(ask("x", { compare: "year" })).toEqual({ change: { compare: "" } });
  expect(ask("Escape")).toBeUndefined();
  expect(ask("Escape", { segment: "new" })).toEqual({ change: { segment: "", value: "" } });
  for (const key of ["q", "Enter", "constructor", "F1"]) expect(ask(key)).toBeUndefined();
});

test("arrows go to the dates beside, as far as there are releases", () => {
  expect(ask("ArrowLeft", { span: { days: 7 } })).toEqual({ change: { span: { from: "2026-11-09", to: "2026-11-15" } } });
  expect(ask("ArrowRight", { span: { days: 7 } })).toBeUndefined();
  expect(ask("ArrowRight", { span: { from: "2026-11-09", to: "2026-11-15" } })).toEqual({
    change: { span: { from: "2026-11-16", to: "2026-11-22" } },
  });
  expect(ask("ArrowLeft", { span: { preset: "all" } })).toBeUndefined();
  expect(asked("ArrowLeft", start, "", "")).toBeUndefined();
});
