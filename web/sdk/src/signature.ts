/**
 * The privacy officer's signature on the plan. Nothing is done under a plan that the key
 * pinned in the page did not sign; a browser that cannot verify does nothing at all.
 *
 * @module
 */

import { join } from "./wire";

const LABEL = "dunlin plan v1\n";

/** Bytes before the published plan: magic, version, signature. */
const HEAD = 69;

/**
 * Returns the published bytes of a signed plan, or why there are none.
 *
 * @param officer The key as the tag has it: dunlin-officer1 and 64 hexadecimal digits.
 */
export async function verify(
  signed: Uint8Array,
  officer: string,
  subtle: SubtleCrypto,
): Promise<Uint8Array<ArrayBuffer> | "plan-signature" | "no-ed25519"> {
  const digits = /^dunlin-officer1([0-9a-f]{64})$/.exec(officer);
  const head = String.fromCharCode(...signed.subarray(0, 5));
  if (!digits || head !== "DLPS\x01" || signed.length <= HEAD) return "plan-signature";
  const raw = Uint8Array.from(digits[1]!.match(/../g)!, (two) => parseInt(two, 16));
  const published = signed.slice(HEAD);
  let key: CryptoKey;
  try {
    key = await subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  } catch {
    return "no-ed25519";
  }
  const valid = await subtle.verify("Ed25519", key, signed.slice(5, HEAD), join(new TextEncoder().encode(LABEL), published));
  return valid ? published : "plan-signature";
}
