/**
 * Entry of the service worker's script, which a site registers as it is or imports into a
 * worker of its own.
 *
 * @module
 */

import { indexedStore } from "../store";
import { glance } from "./glance";
import { serve, type Scope } from "./serve";

/** Set by the build: SHA-256 of the module. */
declare const __MODULE__: string;

const scope = globalThis as unknown as Scope & {
  readonly navigator: Pick<Navigator, "languages" | "locks"> & { readonly globalPrivacyControl?: boolean };
  readonly location: Pick<Location, "origin" | "hostname">;
};

serve(
  scope,
  {
    fetch: (...args) => fetch(...args),
    crypto,
    locks: scope.navigator.locks,
    store: () =>
      indexedStore(
        () => indexedDB,
        () => crypto.randomUUID(),
      ),
    glance: () => glance(() => indexedDB),
    clock: () => Date.now(),
    monotonic: () => performance.now(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    module: __MODULE__,
    signal: () => !!scope.navigator.globalPrivacyControl,
  },
  () => ({ origin: scope.location.origin, host: scope.location.hostname, languages: scope.navigator.languages }),
);
