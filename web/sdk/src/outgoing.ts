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
  return { head, date, revision, leader: part(), helper: part(), state: r.rest() };
}

/** The message of Frame: the head and both sealed shares. */
export function frameMessage(head: Uint8Array, leader: Uint8Array, helper: Uint8Array): Uint8Array {
  return join(head, uv(leader.length), leader, uv(helper.length), helper);
}
