/**
 * What the page chunk needs from the first view on: a file of its own, for it is no part
 * of what starts the device.
 *
 * @module
 */

import { observe, type Observer } from "./observe";
import { leftOut, toRequest } from "./track";

export { leftOut, observe, toRequest, type Observer };

/** What the chunk exports. */
export interface Watch {
  readonly observe: typeof observe;
  readonly toRequest: typeof toRequest;
  readonly leftOut: typeof leftOut;
}
