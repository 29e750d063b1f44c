/**
 * What is fetched, once for each page: the plan, everyone's priors and the module. The
 * requests are the same for every visitor and carry nothing of anybody.
 *
 * @module
 */

import { Fault } from "./fault";
import { compile } from "./module";
import type { Start, Unmet } from "./protocol";
import { verify } from "./signature";
import { hex } from "./wire";

/** What the supply works with. */
export interface SupplyOptions {
  readonly with: Start;
  readonly fetch: typeof fetch;
  readonly subtle: SubtleCrypto;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** Ends all requests. */
  readonly signal: AbortSignal;
}

/** A plan that the officer signed. */
export interface Published {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly priors: string; // their SHA-256; empty: there are none
  /** The collector's time now, Unix seconds; NaN if it did not tell. */
  readonly collector: () => number;
}

/** Fetches below the script's folder. */
export class Supply {
  constructor(readonly options: SupplyOptions) {}

  /** @throws Fault `network`, `plan-signature` or `no-ed25519`. */
  async plan(): Promise<Published> {
    const { with: start, monotonic, subtle } = this.options;
    const response = await this.#get(`plan${start.site && `?site=${encodeURIComponent(start.site)}`}`, "no-store");
    const date = Date.parse(response.headers.get("Date") ?? "");
    const at = monotonic();
    const bytes = await verify(await body(response), start.officer, subtle);
    if (bytes === "plan-signature") throw new Fault(bytes, "the plan is not signed by the key in the tag");
    if (bytes === "no-ed25519") throw new Fault(bytes, "this browser cannot verify the plan's signature");
    return {
      bytes,
      priors: response.headers.get("Dunlin-Priors") ?? "",
      collector: () => (date + monotonic() - at) / 1000,
    };
  }

  /** Priors of a digest; null if they cannot be had: choices then go without. */
  async priors(digest: string): Promise<Uint8Array | null> {
    if (!/^[0-9a-f]{64}$/.test(digest)) return null;
    try {
      const bytes = await body(await this.#get(`priors/${digest}`));
      return hex(new Uint8Array(await this.options.subtle.digest("SHA-256", bytes))) === digest ? bytes : null;
    } catch {
      return null;
    }
  }

  /** @throws Fault `network`, or `module` for other bytes than those of the digest. */
  async module(digest: string): Promise<WebAssembly.Module> {
    const response = await this.#get(`module/${digest}.wasm`);
    const compiled = await compile((await body(response)).buffer, digest, this.options.subtle).catch(() => null);
    if (!compiled) throw new Fault("module", "the module is not the script's");
    return compiled;
  }

  async #get(path: string, cache: RequestCache = "default"): Promise<Response> {
    const { with: start, fetch, signal } = this.options;
    let unmet: Unmet = { status: 0 };
    try {
      const response = await fetch(`${start.base}${start.api}/${path}`, {
        cache,
        credentials: "omit",
        referrerPolicy: "no-referrer",
        redirect: "error",
        signal,
      });
      const { status, headers } = response;
      if (response.ok) return response;
      unmet = { status, after: headers.get("Retry-After"), date: headers.get("Date") };
    } catch {
      // Told below.
    }
    throw new Fault("network", `${path.split(/[/?]/)[0]}: ${unmet.status ? `status ${unmet.status}` : "no answer"}`, 0, unmet);
  }
}

async function body(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new Fault("network", "the answer broke off");
  }
}
