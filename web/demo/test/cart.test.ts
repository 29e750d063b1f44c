import { describe, expect, test } from "vitest";
import { Cart, rows, totalOf } from "../shop/client/cart";
import { listed } from "../shop/goods/listed";
import { storage } from "./storage";

const runner = { id: "harbour-runner", colour: "sea", size: "42" };
const tote = { id: "market-tote", colour: "teal", size: "" };

describe("cart", () => {
  test("survives its page", () => {
    const kept = storage();
    const cart = new Cart(kept);
    cart.add(runner);
    cart.add(tote);
    cart.add(runner);
    expect(new Cart(kept).items()).toEqual([
      { ...runner, count: 2 },
      { ...tote, count: 1 },
    ]);
    expect(cart.count()).toBe(3);
  });

  test("another size is another line", () => {
    const cart = new Cart(storage());
    cart.add(runner);
    cart.add({ ...runner, size: "43" });
    expect(cart.items()).toHaveLength(2);
  });

  test("takes nine of a line, and says when it takes no more", () => {
    const cart = new Cart(storage());
    for (let i = 0; i < 9; i++) expect(cart.add(runner)).toBe(true);
    expect(cart.add(runner)).toBe(false);
    cart.set(runner, 99);
    expect(cart.count()).toBe(9);
  });

  test("a line keeps its place when its count changes, and goes at 0", () => {
    const cart = new Cart(storage());
    cart.add(runner);
    cart.add(tote);
    cart.set(runner, 3);
    expect(cart.items()[0]).toEqual({ ...runner, count: 3 });
    cart.set(runner, 0);
    expect(cart.items()).toEqual([{ ...tote, count: 1 }]);
  });

  test.each(["", "{", "null", '[{"id":1}]', '[{"id":"a","colour":"b","size":"","count":-1}]', '{"id":"a"}'])(
    "begins empty on %j in storage",
    (text) => {
      expect(new Cart(storage({ "shop-cart": text })).items()).toEqual([]);
    },
  );

  test("works without storage, and with one that is full", () => {
    for (const kept of [undefined, storage({}, true)]) {
      const cart = new Cart(kept);
      cart.add(runner);
      expect(cart.count()).toBe(1);
    }
  });

  test("leaves nothing behind when it is empty", () => {
    const kept = storage();
    const cart = new Cart(kept);
    cart.add(runner);
    cart.empty();
    expect(kept.length).toBe(0);
  });
});

test("a product that the shop no longer has is neither shown nor charged", () => {
  const lines = rows(
    [
      { ...tote, count: 1 },
      { id: "gone", colour: "red", size: "", count: 4 },
    ],
    listed,
  );
  expect(lines.map(({ product }) => product.id)).toEqual(["market-tote"]);
  expect(totalOf(lines).goods).toBe(45_00);
});
