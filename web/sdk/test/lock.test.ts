import { expect, test } from "vitest";
import { ask } from "../src/lock";
import { Locks } from "./locks";

test("one has it, the next gets it when it is let go", async () => {
  const locks = new Locks();
  const first = ask(locks);
  expect(await first.held).toBe(true);
  const second = ask(locks);
  let got = false;
  void second.held.then(() => (got = true));
  await new Promise(setImmediate);
  expect(got).toBe(false);
  first.release();
  expect(await second.held).toBe(true);
});

test("a wish that is let go leaves its place to others", async () => {
  const locks = new Locks();
  const first = ask(locks);
  await first.held;
  const second = ask(locks);
  const third = ask(locks);
  second.release();
  first.release();
  expect([await second.held, await third.held]).toEqual([false, true]);
  third.release();
});

test("let go while it was being granted, it is not held", async () => {
  const locks = new Locks();
  const wish = ask(locks);
  wish.release();
  expect(await wish.held).toBe(false);
  expect(await ask(locks).held).toBe(true);
});

test("a browser that refuses", async () => {
  expect(await ask({ request: () => Promise.reject(new DOMException("", "SecurityError")) }).held).toBe(false);
});
