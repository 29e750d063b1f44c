/**
 * The device module in this Worker: its bytes checked, its instances, and calls across the
 * boundary that package wasm/abi draws.
 *
 * @module
 */

import { wasi, type World } from "./wasi";
import { hex, join } from "./wire";

/** Operations by number. */
export const OP = {
  plan: 1,
  load: 2,
  track: 3,
  save: 4,
  measure: 5,
  report: 6,
  frame: 7,
  forget: 8,
  info: 9,
  clear: 10,
  priors: 12,
  choose: 13,
  again: 14,
  catalogue: 15,
  recommend: 16,
  reach: 17,
  facts: 18,
  erase: 19,
  budget: 20,
  export: 21,
  import: 22,
  surveys: 23,
} as const;

/** The code after which an instance is dropped; all codes are package abi's. */
const PANICKED = -1;

/** Version of the boundary, and the buffer's size that goes with it. */
const VERSION = 3;
const BUFFER = 114_688;

/** The instance is spoilt: drop it, start another, load the state last stored. */
export class Trapped extends Error {}

/** Calls an operation: the answer, a copy, or a negative code. */
export type Call = (op: number, ...message: readonly ArrayLike<number>[]) => Uint8Array | number;

/**
 * Compiles the module's bytes if they are those that the script pins.
 *
 * @param digest SHA-256 in hexadecimal digits.
 * @returns null for other bytes.
 * @throws CompileError For bytes that are pinned and no module.
 */
export async function compile(bytes: ArrayBuffer, digest: string, subtle: SubtleCrypto): Promise<WebAssembly.Module | null> {
  // Compiling runs nothing: it need not wait for the sum.
  const compiled = WebAssembly.compile(bytes);
  compiled.catch(() => 0);
  const sum = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return hex(sum) === digest ? compiled : null;
}

/**
 * Starts an instance.
 *
 * @throws Trapped If it does not start, or speaks another version of the boundary.
 */
export async function start(module: WebAssembly.Module, world: Omit<World, "memory">): Promise<Call> {
  interface Exports {
    readonly memory: WebAssembly.Memory;
    readonly _initialize: () => void;
    readonly buffer: () => number;
    readonly call: (op: number, n: number) => number;
  }
  let exports: Exports | undefined;
  const imports = wasi({ ...world, memory: () => exports!.memory.buffer });
  let at = 0;
  const call: Call = (op, ...message) => {
    if (!exports) throw new Trapped();
    const bytes = join(...message);
    let n = PANICKED;
    try {
      // A view is made anew for each use: memory that grows moves.
      new Uint8Array(exports.memory.buffer, at, BUFFER).set(bytes);
      n = exports.call(op, bytes.length);
      if (n >= 0) return new Uint8Array(exports.memory.buffer, at, n).slice();
    } catch {
      n = PANICKED;
    }
    if (n !== PANICKED) return n;
    exports = undefined;
    throw new Trapped();
  };
  try {
    const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: imports });
    exports = instance.exports as unknown as Exports;
    exports._initialize();
    at = exports.buffer() >>> 0;
  } catch {
    throw new Trapped();
  }
  const info = call(OP.info);
  if (typeof info === "number" || info[3] !== VERSION) throw new Trapped();
  return call;
}
