// The vectors that the Go side makes: web/sdk/vectors_test.go.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ClearCell, PageEvent } from "../src/protocol";

export interface Vectors {
  readonly officer: string;
  readonly signed: string;
  readonly older: string;
  readonly foreign: string;
  readonly digest: string;
  readonly priors: string;
  readonly start: number;
  readonly plan: {
    readonly site: string;
    readonly serial: number;
    readonly periods: number;
    readonly second: { readonly date: string; readonly start: number; readonly end: number };
    readonly sigma2: number;
    readonly weight: number;
    readonly topics: readonly string[];
    readonly events: readonly string[];
    readonly attributes: readonly string[];
    readonly segments: readonly string[];
    readonly campaigns: readonly string[];
    readonly slots: readonly string[];
    readonly cells: readonly ClearCell[];
  };
  readonly uvarints: readonly { readonly value: string; readonly bytes: string }[];
  readonly floats: readonly { readonly value: number; readonly bytes: string }[];
  readonly events: readonly { readonly event: PageEvent; readonly bytes: string }[];
  readonly decision: {
    readonly bytes: string;
    readonly slot: string;
    readonly variant: string;
    readonly segment: string;
    readonly reason: string;
    readonly options: readonly object[];
  };
  readonly outgoing: {
    readonly answer: string;
    readonly head: string;
    readonly date: string;
    readonly revision: number;
    readonly leader: string;
    readonly helper: string;
    readonly sizes: readonly [number, number];
    readonly state: string;
    readonly frame: string;
  };
  readonly states: readonly {
    readonly bytes: string;
    readonly charged: boolean;
    readonly stub: number;
    readonly date: string;
    readonly end: number;
    readonly revision: number;
    readonly erased: boolean;
  }[];
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const vectors = JSON.parse(readFileSync(path("../testdata/vectors.json"), "utf8")) as Vectors;

/** Bytes of hexadecimal digits. */
export function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** The published plan, without its signature. */
export const published = bytes(vectors.signed).subarray(69);

/** The built module. */
export function moduleBytes(): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(readFileSync(path("../../../wasm/module/built/dunlin.wasm")));
  } catch {
    throw new Error("the device module is missing: run make module first");
  }
}
