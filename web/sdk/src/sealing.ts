/**
 * The sealing chunk: age files for the two aggregators. A chunk of its own, which the
 * Worker loads only where reports may be made.
 *
 * What it gives is a plain age file with one X25519 stanza, 200 bytes longer than the
 * plaintext: docs/formats.md, "Sealed share". It does not look at what it seals.
 *
 * @module
 */

import { Encrypter } from "age-encryption";

/** Seals a plaintext to an age recipient. */
export type Seal = (recipient: string, plaintext: Uint8Array) => Promise<Uint8Array>;

/** What the chunk exports. */
export interface Sealing {
  readonly seal: Seal;
}

/** Bytes that sealing adds. */
export const OVERHEAD = 200;

/**
 * Seals a plaintext.
 *
 * @param recipient An X25519 recipient, age1….
 * @throws Error If the recipient is of another kind, or the file is not of the one size that
 * the collector takes.
 */
export const seal: Seal = async (recipient, plaintext) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const sealed = await encrypter.encrypt(plaintext);
  if (sealed.length !== plaintext.length + OVERHEAD) throw new Error("sealed to another size than the plan's");
  return sealed;
};
