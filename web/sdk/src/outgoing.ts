/**
 * The module's answer to Report: a report that waits for its shares to be sealed. Package
 * wasm/abi draws the bytes.
 *
 * @module
 */

import { dateOf } from "./plan";
import { Malformed, Reader, join, uv } from "./wire";

/** Bytes of a report's head. */
const HEAD = 140;

/** Seals a plaintext to an age recipient. */
export type Seal = (recipient: string, plaintext: Uint8Array) => Promise<Uint8Array>;

/** A report that is being sealed. */
export interface Sealing {
  readonly date: string; // of the period
  readonly revision: number;
  /** Must be durable before the report leaves. */
  readonly state: Uint8Array;
  /** What Frame is given. */
  readonly message: Promise<Uint8Array>;
}

/** What goes to one aggregator. */
export interface Part {
  readonly recipient: string; // X25519, age1…
  readonly plaintext: Uint8Array;
}

/** A report before it is sealed. */
export interface Outgoing {
  readonly head: Uint8Array;
  readonly date: string; // of the period
  readonly revision: number;
  readonly leader: Part;
  readonly helper: Part;
  /** Must be durable before the report leaves. */
  readonly state: Uint8Array;
}

/**
 * Reads the answer; what it returns aliases it.
 *
 * @throws Malformed If it is none, or a recipient is no X25519 key.
 */
export function decodeOutgoing(bytes: Uint8Array): Outgoing {
  const r = new Reader(bytes);
  const head = r.take(HEAD);
  const at = new Reader(head);
  at.take(36);
  const date = dateOf(at.u32());
  at.take(16);
  const revision = at.u32();
  const part = (): Part => {
    if (r.byte() !== 1) throw new Malformed();
    return { recipient: r.text(), plaintext: r.blob() };
  };
  return { head, date, revision, leader: part(), helper: part(), state: r.take(r.left) };
}

/**
 * Seals both shares of the module's answer.
 *
 * @throws Malformed What {@link decodeOutgoing} throws.
 */
export function sealOutgoing(answer: Uint8Array, seal: Seal): Sealing {
  const { head, date, revision, leader, helper, state } = decodeOutgoing(answer);
  const sealed = [leader, helper].map(({ recipient, plaintext }) => seal(recipient, plaintext));
  return { date, revision, state, message: Promise.all(sealed).then(([a, b]) => frameMessage(head, a!, b!)) };
}

/** The message of Frame: the head and both sealed shares. */
export function frameMessage(head: Uint8Array, leader: Uint8Array, helper: Uint8Array): Uint8Array {
  return join(head, uv(leader.length), leader, uv(helper.length), helper);
}
