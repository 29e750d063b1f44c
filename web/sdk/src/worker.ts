/**
 * Entry of the Worker: the device, wired to the browser.
 *
 * @module
 */

import { Device } from "./device";
import type { Answer, Notice, Request } from "./protocol";
import type { Chunk as Asks } from "./asks";
import type { Chunk as Carry } from "./carry";
import type { Names } from "./names";
import type { Chunk } from "./sealing";
import { indexedStore } from "./store";

/** Set by the build: SHA-256 of the module, and the chunks' files. */
declare const __MODULE__: string;
declare const __SEAL__: string;
declare const __NAMES__: string;
declare const __ASKS__: string;
declare const __CARRY__: string;

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Request>) => void;
  postMessage(message: Answer | Notice): void;
};

const device = new Device({
  fetch: (...args) => fetch(...args),
  crypto,
  locks: navigator.locks,
  store: indexedStore(
    () => indexedDB,
    () => crypto.randomUUID(),
  ),
  clock: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  sealing: () => import(/* @vite-ignore */ `./${__SEAL__}`) as Promise<Chunk>,
  names: () => import(/* @vite-ignore */ `./${__NAMES__}`) as Promise<Names>,
  asks: () => import(/* @vite-ignore */ `./${__ASKS__}`) as Promise<Asks>,
  carry: () => import(/* @vite-ignore */ `./${__CARRY__}`) as Promise<Carry>,
  module: __MODULE__,
  tell: (notice) => scope.postMessage(notice),
});

scope.onmessage = ({ data }) => void device.handle(data).then((outcome) => scope.postMessage({ id: data.id, outcome }));
