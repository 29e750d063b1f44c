import { expect, test } from "vitest";
import type { Dunlin } from "../../sdk/src/api";
import { meet, type Ground } from "../bar/run";
import { storage } from "./storage";

function ground(local: Storage | undefined): Ground & { readonly told: unknown[] } {
  const told: unknown[] = [];
  const consent = (said: unknown) => {
    told.push(said);
    return Promise.resolve({ ok: false });
  };
  return { local, session: storage({ "demo-open": "true" }), databases: undefined, dunlin: { consent } as unknown as Dunlin, told };
}

test("the first run is remembered, and erases nothing", async () => {
  const local = storage({ "shop-cart": "[]" });
  const it = ground(local);
  expect(await meet("a", it)).toBe(false);
  expect(local.getItem("demo-run")).toBe("a");
  expect(local.getItem("shop-cart")).toBe("[]");
  expect(it.told).toEqual([]);
});

test("the same run is met as often as there are pages", async () => {
  const local = storage({ "demo-run": "a", dunlin: "{}" });
  expect(await meet("a", ground(local))).toBe(false);
  expect(local.getItem("dunlin")).toBe("{}");
});

test("another run erases once, after the script has let go", async () => {
  const local = storage({ "demo-run": "a", dunlin: "{}", "shop-cart": "[]" });
  const it = ground(local);
  expect(await meet("b", it)).toBe(true);
  expect(it.told).toEqual([{ measure: false, personalize: false }]);
  expect([local.length, local.getItem("demo-run"), it.session?.length]).toEqual([1, "b", 0]);
  expect(await meet("b", it)).toBe(false);
});

test("denied storage has nothing to erase", async () => {
  expect(await meet("b", ground(storage({}, true)))).toBe(false);
  expect(await meet("b", ground(undefined))).toBe(false);
});
