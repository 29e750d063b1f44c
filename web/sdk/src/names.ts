/**
 * The plan's names and the events that use them: a chunk of its own, fetched beside plan
 * and module, for nothing of the Worker's start waits for it.
 *
 * @module
 */

import { encodeEvent, forgetWords, itemsOf, keysOf } from "./event";
import { decodePlan } from "./plan";

export { decodePlan, encodeEvent, forgetWords, itemsOf, keysOf };

/** What the chunk exports. */
export interface Names {
  readonly decodePlan: typeof decodePlan;
  readonly encodeEvent: typeof encodeEvent;
  readonly forgetWords: typeof forgetWords;
  readonly itemsOf: typeof itemsOf;
  readonly keysOf: typeof keysOf;
}
