/**
 * What the page chunk needs from the first view on: a file of its own, for it is no part
 * of what starts the device.
 *
 * @module
 */

export { observe, type Observer } from "./observe";
export { toRequest } from "./track";
