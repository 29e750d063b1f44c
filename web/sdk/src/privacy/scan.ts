/**
 * The chunk that finds QR codes in pictures, loaded when a visitor shows some.
 *
 * @module
 */

import { decodeQR } from "qr/decode.js";

/** What the chunk exports. */
export interface Chunk {
  readonly read: typeof read;
}

/** The text of the code in a picture; undefined if none is found. */
export function read(picture: ImageData): string | undefined {
  try {
    return decodeQR(picture);
  } catch {
    return undefined;
  }
}
