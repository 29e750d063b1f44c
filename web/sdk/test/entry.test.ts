import { describe, expect, test } from "vitest";
import { openShelf } from "../src/entry";

/** A localStorage of the test's. */
function storage(text?: string) {
  const items = new Map(text === undefined ? [] : [["dunlin", text]]);
  const it = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  return { items, open: () => openShelf(() => it as unknown as Storage), it };
}

const BOTH = { measure: true, personalize: true };

describe("the entry", () => {
  test("is what was stored, and nothing where nothing was", () => {
    const { items, open } = storage();
    const shelf = open();
    expect(shelf.read()).toEqual({});
    expect(shelf.change((e) => (e.consent = BOTH))).toBe(true);
    expect(JSON.parse(items.get("dunlin")!)).toEqual({ consent: BOTH });
    expect(open().read()).toEqual({ consent: BOTH });
  });

  test("is gone when nothing is left of it", () => {
    const { items, open } = storage('{"kept":true}');
    expect(open().change((e) => delete e.kept)).toBe(true);
    expect(items.size).toBe(0);
  });

  test("is read anew for each change: another tab may have written", () => {
    const { items, open } = storage();
    const shelf = open();
    shelf.change((e) => (e.kept = true));
    items.set("dunlin", '{"kept":true,"owner":true}');
    shelf.change((e) => delete e.kept);
    expect(shelf.read()).toEqual({ owner: true });
  });

  test.each(["", "{", "null", "7", '"x"', "true"])("damaged, %j, it is as if empty, and can be written again", (text) => {
    const { open } = storage(text);
    expect(open().read()).toEqual({});
    expect(open().change((e) => (e.kept = true))).toBe(true);
    expect(open().read()).toEqual({ kept: true });
  });

  test("damaged in part, the rest stays", () => {
    const { open } = storage('{"kept":true,"consent":{"measure":1},"decisions":{"hero":"x"}}');
    expect(open().read()).toEqual({ kept: true });
  });

  test("is null where storage is denied", () => {
    const shelf = openShelf(() => {
      throw new DOMException("denied", "SecurityError");
    });
    expect(shelf.read()).toBeNull();
    expect(shelf.change(() => undefined)).toBe(false);
  });

  test("says so where storage is full", () => {
    const { it, open } = storage();
    it.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    expect(open().change((e) => (e.kept = true))).toBe(false);
    expect(open().read()).toEqual({});
  });
});
