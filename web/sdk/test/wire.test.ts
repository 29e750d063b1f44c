import { expect, test } from "vitest";
import { float, hex, join, Malformed, Reader, time, uv } from "../src/wire";
import { bytes, vectors } from "./vectors";

test("integers and floats have Go's bytes, both ways", () => {
  expect(vectors.uvarints.length).toBeGreaterThan(5);
  for (const { value, bytes: want } of vectors.uvarints) {
    expect(hex(Uint8Array.from(uv(BigInt(value))))).toBe(want);
    const r = new Reader(bytes(want));
    expect(r.uv()).toBe(Number(value));
    r.close();
  }
  expect(vectors.floats.length).toBeGreaterThan(3);
  for (const { value, bytes: want } of vectors.floats) {
    expect(hex(float(value))).toBe(want);
    expect(new Reader(bytes(want)).float()).toBe(value);
  }
  expect(hex(float(-0))).toBe("0000000000000000");
});

test("zigzag", () => {
  for (const [value, byte] of [
    [0, 0],
    [-1, 1],
    [1, 2],
    [-3, 5],
  ] as const) {
    expect(new Reader(Uint8Array.of(byte)).sv()).toBe(value);
  }
});

test("times are 64 bits, big endian, of whole seconds", () => {
  expect(hex(time(0x6b040090 + 0.9))).toBe("000000006b040090");
  expect(hex(time(-1))).toBe("ffffffffffffffff");
});

test("a text is a blob of UTF-8, a list a count and its elements", () => {
  const r = new Reader(join([2, 5], new TextEncoder().encode("flock"), [3], new TextEncoder().encode("鸟")));
  expect(r.list(() => r.text())).toEqual(["flock", "鸟"]);
  r.close();
});

const refused: Record<string, (r: Reader) => unknown> = {
  "": (r) => r.byte(),
  "80": (r) => r.uv(), // cut
  "8000": (r) => r.uv(), // longer than needed
  ffffffffffffffffff02: (r) => r.uv(), // above 64 bits
  ffffffffffffffffff8001: (r) => r.uv(),
  "02": (r) => r.bool(),
  "0361": (r) => r.blob(), // short
  ffffffff0f: (r) => r.list(() => 0), // more elements than bytes
  "7ff8000000000000": (r) => r.float(), // NaN
  "8000000000000000": (r) => r.float(), // -0
  "01": (r) => r.close(), // left over
  "000000": (r) => r.u32(),
};

test.each(Object.entries(refused))("refuses %s", (hexed, read) => {
  expect(() => read(new Reader(bytes(hexed)))).toThrow(Malformed);
});
