/**
 * Entry of dunlin.js, a classic script in the page's head.
 *
 * @module
 */

import type { Early } from "./api";
import { boot, type Call } from "./boot";
import type { Chunk, Page } from "./host";

/** Names of the built files, set by the build. */
declare const __WORKER__: string;
declare const __PAGE__: string;

const page = window as unknown as Page & { dunlin?: Record<string, Call> & { q?: Early[] } };
const script = document.currentScript ?? document.querySelector("script[data-dunlin-officer]");

// A second tag, and a browser without custom elements, get nothing more.
if (script instanceof HTMLScriptElement && page.customElements && !customElements.get("dunlin-slot")) {
  const early = page.dunlin?.q ?? [];
  const calls = boot(page, script, { worker: __WORKER__, page: __PAGE__ }, (url) => import(/* @vite-ignore */ url) as Promise<Chunk>);
  page.dunlin = calls;
  for (const [name, ...args] of early) void calls[name]?.(...args);
}
