/**
 * The strict codec of Dunlin's own byte layouts, as package privacy/wire defines it: each
 * value has exactly one encoding, and a reader takes the whole input or refuses it.
 *
 * @module
 */

import { Fault } from "./fault";

/** Bytes that are not of their layout. */
export class Malformed extends Fault {
  constructor() {
    super("plan", "bytes of another layout than this script reads");
  }
}

/** Takes values off the front of bytes. Slices that it returns alias them. */
export class Reader {
  /** Bytes that are not taken. */
  left: number;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.left = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** @throws Malformed If less than n bytes are left. */
  take(n: number): Uint8Array {
    const at = this.#skip(n);
    return this.bytes.subarray(at, at + n);
  }

  byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4));
  }

  /** @throws Malformed For NaN and -0, which have no encoding. */
  float(): number {
    const v = this.#view.getFloat64(this.#skip(8));
    if (v !== v || Object.is(v, -0)) throw new Malformed();
    return v;
  }

  bool(): boolean {
    const v = this.byte();
    if (v > 1) throw new Malformed();
    return v === 1;
  }

  /** LEB128 of 64 bits at most, in the shortest form alone; exact up to 2^53. */
  uv(): number {
    let v = 0;
    for (let i = 0; ; i++) {
      const b = this.byte();
      v += (b & 127) * 2 ** (7 * i);
      if (b < 128) {
        if ((i && !b) || i > 9 || (i > 8 && b > 1)) throw new Malformed();
        return v;
      }
    }
  }

  /** Zigzag, then {@link Reader.uv}. */
  sv(): number {
    const v = this.uv();
    return v % 2 ? -(v + 1) / 2 : v / 2;
  }

  blob(): Uint8Array {
    return this.take(this.uv());
  }

  text(): string {
    return new TextDecoder().decode(this.blob());
  }

  /** A count, then so many elements. */
  list<T>(element: () => T): T[] {
    const n = this.uv();
    // An element has a byte at least: no count makes more room than there is input.
    if (n > this.left) throw new Malformed();
    return Array.from({ length: n }, element);
  }

  /** @throws Malformed If bytes are left. */
  close(): void {
    if (this.left) throw new Malformed();
  }

  #skip(n: number): number {
    if (n > this.left) throw new Malformed();
    this.left -= n;
    return this.bytes.length - this.left - n;
  }
}

/** LEB128 of an integer of at most 64 bits. */
export function uv(v: number | bigint): number[] {
  const out: number[] = [];
  let left = BigInt(v);
  for (; left > 127n; left >>= 7n) out.push(Number(left & 127n) | 128);
  return [...out, Number(left)];
}

/** A number as its 64 bits, big endian; -0 becomes 0. */
export function float(v: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setFloat64(0, v + 0);
  return out;
}

/** An instant in Unix seconds, 64 bits big endian. */
export function time(seconds: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigInt64(0, BigInt(Math.floor(seconds)));
  return out;
}

/** Lays parts end to end. */
export function join(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Bytes in lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
