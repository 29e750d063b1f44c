import { expect, test } from "vitest";
import { Exit, wasi } from "../src/wasi";

const memory = new ArrayBuffer(1 << 18);
const view = new DataView(memory);
const calls = wasi({ random: crypto, clock: () => 1_795_392_000_123, memory: () => memory }) as unknown as Record<
  string,
  (...args: (number | bigint)[]) => number
>;
const u32 = (at: number) => view.getUint32(at, true);
const text = (at: number) => {
  const from = new Uint8Array(memory, at);
  return new TextDecoder().decode(from.subarray(0, from.indexOf(0)));
};

test("the environment is a small heap, collected at once", () => {
  expect(calls["environ_sizes_get"]!(0, 4)).toBe(0);
  expect([u32(0), u32(4)]).toEqual([2, "GOGC=25".length + "GODEBUG=gcstoptheworld=1".length + 2]);
  expect(calls["environ_get"]!(8, 100)).toBe(0);
  expect([text(u32(8)), text(u32(12))]).toEqual(["GOGC=25", "GODEBUG=gcstoptheworld=1"]);
  expect(calls["args_sizes_get"]!(0, 4)).toBe(0);
  expect([u32(0), u32(4)]).toEqual([0, 0]);
});

test("randomness fills more than a browser gives at once, and no more than was asked for", () => {
  const all = new Uint8Array(memory);
  all.fill(0);
  const n = 65_536 * 2 + 100;
  expect(calls["random_get"]!(50, n)).toBe(0);
  const zeroes = (from: number, to: number) => all.subarray(from, to).filter((b) => !b).length;
  for (const at of [50, 50 + 65_536, 50 + 131_072]) expect(zeroes(at, at + 100)).toBeLessThan(20);
  expect([zeroes(0, 50), zeroes(50 + n, 50 + n + 100)]).toEqual([50, 100]);
});

test("time is the host's, in nanoseconds", () => {
  calls["clock_time_get"]!(0, 0n, 16);
  expect(view.getBigUint64(16, true)).toBe(1_795_392_000_123_000_000n);
});

test("what is written, and what is waited for, is nothing", () => {
  const before = new Uint8Array(memory).slice();
  for (const name of ["fd_write", "poll_oneoff", "sched_yield", "args_get"]) expect(calls[name]!(0, 8, 16, 32)).toBe(0);
  expect(new Uint8Array(memory)).toEqual(before);
});

test("an exit ends the instance", () => {
  expect(() => calls["proc_exit"]!(2)).toThrow(Exit);
});
