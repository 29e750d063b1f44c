/**
 * The sealing chunk: what makes reports, and seals their shares as age files for the two
 * aggregators. A chunk of its own, which the Worker loads only where reports may be made.
 *
 * What it gives is a plain age file with one X25519 stanza, 200 bytes longer than the
 * plaintext: docs/formats.md, "Sealed share". It does not look at what it seals.
 *
 * @module
 */

import { Encrypter } from "age-encryption";
import { Reports } from "./reports";
import { sealOutgoing, type Seal, type Sealing } from "./outgoing";

/** Seals what the module answered to Report. */
export type Pack = (answer: Uint8Array) => Sealing;

/** What the chunk exports. */
export interface Chunk {
  readonly pack: Pack;
  readonly Reports: typeof Reports;
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

export { Reports };

export const pack: Pack = (answer) => sealOutgoing(answer, seal);
