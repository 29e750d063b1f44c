import { expect, test } from "vitest";
import { verify } from "../src/signature";
import { bytes, published, vectors } from "./vectors";

const signed = bytes(vectors.signed);
const { officer } = vectors;
const subtle = crypto.subtle;

test("the officer's signature is taken", async () => {
  expect(await verify(signed, officer, subtle)).toEqual(published);
});

test("any other is refused", async () => {
  for (const at of [0, 4, 5, 68, 69, signed.length - 1]) {
    const other = signed.slice();
    other[at]! ^= 1;
    expect(await verify(other, officer, subtle), `byte ${at}`).toBe("plan-signature");
  }
  expect(await verify(signed.subarray(0, 69), officer, subtle)).toBe("plan-signature");
  expect(await verify(new Uint8Array(), officer, subtle)).toBe("plan-signature");
});

test.each([
  "",
  "dunlin-officer1",
  officer.slice(0, -1),
  `${officer}0`,
  officer.toUpperCase(),
  officer.replace("officer", "peer"),
  `dunlin-officer1${"0".repeat(64)}`,
])("key %s is refused", async (key) => {
  expect(await verify(signed, key, subtle)).toBe("plan-signature");
});

test("a browser without Ed25519 is told apart", async () => {
  const without = { importKey: () => Promise.reject(new DOMException("", "NotSupportedError")) } as unknown as SubtleCrypto;
  expect(await verify(signed, officer, without)).toBe("no-ed25519");
});
