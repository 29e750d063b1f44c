/**
 * A passphrase that nobody guesses: 20 letters of 32, so 100 bits.
 *
 * @module
 */

/** Without those that are read for one another: i and l for 1, o for 0. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz023456789";

/** Makes one, in groups of five: easier to read over. */
export function passphrase(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  const letters = [...random(new Uint8Array(20))].map((byte) => LETTERS[byte % 32]);
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join("")).join("-");
}
