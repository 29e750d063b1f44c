import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { compile, OP, start, Trapped, type Call } from "../src/module";
import { wasi } from "../src/wasi";
import { join, time } from "../src/wire";
import { bytes, moduleBytes, published, vectors } from "./vectors";

const built = moduleBytes();
const digest = createHash("sha256").update(built).digest("hex");
const module = await WebAssembly.compile(built);
const now = time(vectors.start + 100);

/** An instance, and a switch that lets its randomness fail. */
async function instance(): Promise<{ call: Call; random: { fails: boolean } }> {
  const random = { fails: false };
  const getRandomValues = <T extends ArrayBufferView>(array: T): T => {
    if (random.fails) throw new Error("no randomness");
    return crypto.getRandomValues(array as never);
  };
  return { call: await start(module, { random: { getRandomValues } as Crypto, clock: Date.now }), random };
}

test("what the module imports is what it is given, and no more", () => {
  const given = Object.keys(wasi({ random: crypto, clock: Date.now, memory: () => new ArrayBuffer(0) })).sort();
  const wanted = new Set(WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`));
  expect([...wanted].sort()).toEqual(given.map((name) => `wasi_snapshot_preview1.${name}`));
  expect(given).toHaveLength(10);
});

test("bytes are compiled only if they are those that were pinned", async () => {
  expect(await compile(built.buffer, digest, crypto.subtle)).toBeInstanceOf(WebAssembly.Module);
  const other = built.slice();
  other[built.length - 1]! ^= 1;
  expect(await compile(other.buffer, digest, crypto.subtle)).toBeNull();
  const none = Uint8Array.of(1, 2, 3);
  await expect(compile(none.buffer, createHash("sha256").update(none).digest("hex"), crypto.subtle)).rejects.toThrow(
    WebAssembly.CompileError,
  );
});

describe("calls", () => {
  test("answers are copies, refusals are codes", async () => {
    const { call } = await instance();
    expect(call(OP.track, now, [1, 0])).toBe(-20); // no plan
    expect(call(OP.plan, published)).toEqual(new Uint8Array());
    expect(call(OP.load, now)).toEqual(Uint8Array.of(0));
    expect(call(OP.track, now, [1, 1])).toEqual(new Uint8Array());
    expect(call(OP.track, now, [99])).toBe(-30);
    expect(call(99)).toBe(-2);
    const state = call(OP.save) as Uint8Array;
    const copy = state.slice();
    call(OP.clear);
    expect(state).toEqual(copy);
    expect(call(OP.load, now, state)).toEqual(Uint8Array.of(1));
  });

  test("a state that TypeScript cut behind its guard is set aside, its budget kept", async () => {
    const { call } = await instance();
    call(OP.plan, published);
    const { bytes: state, stub } = vectors.states[2]!;
    expect(call(OP.load, now, bytes(state).subarray(0, stub))).toEqual(Uint8Array.of(2));
    expect(call(OP.report, now, now)).toBe(-25);
    call(OP.track, now, [1, 1]);
    expect(call(OP.report, now, now)).toBe(-25);
    expect(call(OP.forget, now)).toBeInstanceOf(Uint8Array);
    expect(call(OP.report, now, now)).toBeInstanceOf(Uint8Array);
  });

  test("two instances draw different reports", async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => {
        const { call } = await instance();
        call(OP.plan, published);
        call(OP.load, now);
        call(OP.track, now, [1, 1]);
        return Buffer.from((call(OP.report, now, now) as Uint8Array).subarray(40, 56)).toString("hex");
      }),
    );
    expect(new Set(ids).size).toBe(2);
  });

  test("a message longer than the buffer spoils nothing but the instance", async () => {
    const { call } = await instance();
    expect(() => call(OP.plan, new Uint8Array(114_689))).toThrow(Trapped);
    expect(() => call(OP.info)).toThrow(Trapped);
  });

  test("an instance that fails is gone", async () => {
    const { call, random } = await instance();
    call(OP.plan, published);
    call(OP.load, now);
    call(OP.track, now, [1, 1]);
    random.fails = true;
    expect(() => call(OP.report, now, now)).toThrow(Trapped);
    random.fails = false;
    expect(() => call(OP.save)).toThrow(Trapped);
  });

  test("what is no module of this boundary does not start", async () => {
    const empty = await WebAssembly.compile(join([0, 97, 115, 109, 1, 0, 0, 0]));
    await expect(start(empty, { random: crypto, clock: Date.now })).rejects.toThrow(Trapped);
  });
});
