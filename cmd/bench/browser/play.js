// Plays the calls of /plays.json (package speed's Plays) on the module, in a Worker, and
// answers with what they took. It is no device: it knows the module's boundary alone.

const BUFFER = 114_688; // bytes, of version 3 of the boundary
const ENVIRONMENT = ["GOGC=25\0", "GODEBUG=gcstoptheworld=1\0"]; // as the product's Worker has it

/** Starts an instance and returns its one call. */
async function start(module) {
  let exports;
  const view = () => new DataView(exports.memory.buffer);
  const bytes = (at, n) => new Uint8Array(exports.memory.buffer, at, n);
  const sizes = (count, size) => (countAt, sizeAt) => {
    view().setUint32(countAt, count, true);
    view().setUint32(sizeAt, size, true);
    return 0;
  };
  const imports = {
    args_sizes_get: sizes(0, 0),
    args_get: () => 0,
    environ_sizes_get: sizes(ENVIRONMENT.length, ENVIRONMENT.join("").length),
    environ_get(list, text) {
      ENVIRONMENT.forEach((variable, i) => {
        view().setUint32(list + 4 * i, text, true);
        bytes(text, variable.length).set(new TextEncoder().encode(variable));
        text += variable.length;
      });
      return 0;
    },
    random_get(at, n) {
      for (let i = 0; i < n; i += 65_536) crypto.getRandomValues(bytes(at + i, Math.min(65_536, n - i)));
      return 0;
    },
    clock_time_get(_id, _precision, at) {
      view().setBigUint64(at, BigInt(Math.round(Date.now() * 1e6)), true);
      return 0;
    },
    fd_write: () => 8,
    poll_oneoff: () => 0,
    sched_yield: () => 0,
    proc_exit() {
      throw new Error("the module ended");
    },
  };
  ({ exports } = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: imports }));
  exports._initialize();
  const at = exports.buffer() >>> 0;
  return ({ op, bytes: message }) => {
    bytes(at, BUFFER).set(message);
    const n = exports.call(op, message.length);
    if (n < 0) throw new Error(`operation ${op}: code ${n}`);
    return bytes(at, n);
  };
}

/** The message with its bytes decoded. */
function decoded({ op, bytes }) {
  return { op, bytes: Uint8Array.from(atob(bytes ?? ""), (c) => c.charCodeAt(0)) };
}

/** Plays one play: ms of a timed call in each round, and the last answer. */
async function play(module, { setup, rounds }) {
  const call = await start(module);
  for (const message of setup.map(decoded)) call(message);
  let last = "";
  const took = rounds.map(({ before, timed }) => {
    for (const message of (before ?? []).map(decoded)) call(message);
    const messages = timed.map(decoded);
    const from = performance.now();
    let answer;
    for (const message of messages) answer = call(message);
    const ms = (performance.now() - from) / messages.length;
    last = btoa(String.fromCharCode(...answer));
    return ms;
  });
  return { took, last };
}

async function main() {
  const [plays, module] = await Promise.all([fetch("/plays.json").then((r) => r.json()), WebAssembly.compileStreaming(fetch("/module.wasm"))]);
  const result = {};
  for (const [name, it] of Object.entries(plays)) result[name] = await play(module, it);
  return result;
}

main().then(
  (result) => postMessage({ result }),
  (fault) => postMessage({ fault: String(fault) }),
);
