/**
 * A file as texts short enough for a QR code each, and back.
 *
 *     DUNLIN1 : SET : NUMBER : OF : SUM : DATA
 *
 * SET is the first 8 digits of the file's SHA-256, SUM the CRC-32 of the part's bytes, both
 * in upper-case hexadecimal digits; NUMBER counts from 1; DATA is the part's bytes in
 * base 45 (RFC 9285), so that all of it is of the letters that codes hold in 5.5 bits.
 *
 * @module
 */

/** Bytes of the file in a part: codes of 65 by 65 dots, which cheap cameras read from a screen. */
export const PART = 300;

/** The most parts: a file of 64 KB. */
const MOST = 220;

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const FORM = /^DUNLIN1:([0-9A-F]{8}):([0-9]{1,3}):([0-9]{1,3}):([0-9A-F]{8}):(.+)$/;

/** Cuts a file. */
export async function split(file: Uint8Array): Promise<string[]> {
  const set = await setOf(file);
  const of = Math.ceil(file.length / PART);
  return Array.from({ length: of }, (_, i) => {
    const bytes = file.subarray(i * PART, (i + 1) * PART);
    return ["DUNLIN1", set, i + 1, of, sumOf(bytes), base45(bytes)].join(":");
  });
}

/** What came of a part: taken, seen before, of another file, damaged, or no part at all. */
export type Taken = "new" | "again" | "other" | "damaged" | "alien";

/** Collects the parts of one file, in any order. */
export class Collection {
  #set = "";
  #parts: (Uint8Array | undefined)[] = [];

  /** Parts in all; 0 before the first. */
  get of(): number {
    return this.#parts.length;
  }

  /** Numbers of the parts that are missing, from 1. */
  get missing(): number[] {
    return Array.from(this.#parts, (part, i) => (part ? 0 : i + 1)).filter((n) => n > 0);
  }

  /** Takes a part. What is not taken changes nothing. */
  take(text: string): Taken {
    const [, set = "", number = "", of = "", sum, data = ""] = FORM.exec(text) ?? [];
    const [i, n] = [Number(number) - 1, Number(of)];
    if (!set) return text.startsWith("DUNLIN1:") ? "damaged" : "alien";
    const bytes = fromBase45(data);
    if (!bytes || sumOf(bytes) !== sum || i < 0 || i >= n || n > MOST) return "damaged";
    if (this.#set && (set !== this.#set || n !== this.of)) return "other";
    if (this.#parts[i]) return "again";
    if (!this.#set) this.#parts = Array.from({ length: n });
    this.#set = set;
    this.#parts[i] = bytes;
    return "new";
  }

  /** The file; null as long as parts are missing, or if all of them make another file than was cut. */
  async file(): Promise<Uint8Array | null> {
    if (!this.of || this.missing.length) return null;
    const file = new Uint8Array(this.#parts.flatMap((part) => [...part!]));
    return (await setOf(file)) === this.#set ? file : null;
  }
}

async function setOf(file: Uint8Array): Promise<string> {
  return digits(new DataView(await crypto.subtle.digest("SHA-256", file.slice())).getUint32(0));
}

function digits(v: number): string {
  return v.toString(16).toUpperCase().padStart(8, "0");
}

/** CRC-32 as in ISO 3309. */
function sumOf(bytes: Uint8Array): string {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return digits(~sum >>> 0);
}

function base45(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const two = i + 1 < bytes.length;
    let v = two ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!;
    for (let n = two ? 3 : 2; n > 0; n--, v = Math.floor(v / 45)) text += LETTERS[v % 45];
  }
  return text;
}

/** Undefined for what no bytes are written as. */
function fromBase45(text: string): Uint8Array | undefined {
  const out: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const group = [...text.slice(i, i + 3)].map((letter) => LETTERS.indexOf(letter));
    const v = group.reduceRight((sum, digit) => sum * 45 + digit, 0);
    const two = group.length === 3;
    if (group.length < 2 || group.includes(-1) || v > (two ? 65_535 : 255)) return undefined;
    out.push(...(two ? [v >> 8, v & 255] : [v]));
  }
  return new Uint8Array(out);
}
