/**
 * The chunk that draws QR codes, loaded when a visitor asks for some.
 *
 * @module
 */

import { encodeQR } from "qr";

/** What the chunk exports. */
export interface Chunk {
  readonly dots: typeof dots;
}

/** The dots of a text's code, row by row, with the margin that readers want. True is dark. */
export function dots(text: string): boolean[][] {
  return encodeQR(text, "raw", { ecc: "low", border: 4 });
}
