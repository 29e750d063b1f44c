/**
 * The ten functions that the module imports, all of them its Go runtime's. None reaches a
 * network or a file: what the module is told comes through its buffer.
 *
 * @module
 */

/** What the runtime is set to: a small heap, and collection that ends where it begins. */
const HEAP = "GOGC=25\0";
const COLLECTION = "GODEBUG=gcstoptheworld=1\0";

/** The most that `getRandomValues` gives at once, bytes. */
const RANDOM = 65_536;

const OK = 0;

/** The module called proc_exit: it is over. */
export class Exit extends Error {}

/** What the functions need of the world. */
export interface World {
  readonly random: Pick<Crypto, "getRandomValues">;
  /** Unix time in ms. */
  readonly clock: () => number;
  /** The instance's memory, which may have moved since the last call. */
  readonly memory: () => ArrayBuffer;
}

/** Makes the functions of `wasi_snapshot_preview1`. */
export function wasi({ random, clock, memory }: World): Record<string, (...args: never[]) => number> {
  const view = () => new DataView(memory());
  const environment = new TextEncoder().encode(HEAP + COLLECTION);
  const u32 = (at: number, v: number) => view().setUint32(at, v, true);
  const sizes = (count: number, size: number) => (countAt: number, sizeAt: number) => {
    u32(countAt, count);
    u32(sizeAt, size);
    return OK;
  };
  return {
    args_sizes_get: sizes(0, 0),
    args_get: () => OK,
    environ_sizes_get: sizes(2, environment.length),
    environ_get(list: number, text: number) {
      u32(list, text);
      u32(list + 4, text + HEAP.length);
      new Uint8Array(memory()).set(environment, text);
      return OK;
    },
    random_get(at: number, n: number) {
      for (let i = 0; i < n; i += RANDOM) random.getRandomValues(new Uint8Array(memory(), at + i, Math.min(RANDOM, n - i)));
      return OK;
    },
    clock_time_get(_id: number, _precision: bigint, at: number) {
      view().setBigUint64(at, BigInt(Math.floor(clock())) * 1_000_000n, true);
      return OK;
    },
    // What the runtime says before it gives up goes nowhere: it could tell of the visitor.
    fd_write: () => OK,
    // Nothing in the module waits: a wait is over at once, and nothing has happened.
    poll_oneoff: () => OK,
    sched_yield: () => OK,
    proc_exit() {
      throw new Exit();
    },
  };
}
