import { expect, test } from "vitest";
import { decodeOutgoing, frameMessage } from "../src/outgoing";
import { hex, Malformed } from "../src/wire";
import { bytes, vectors } from "./vectors";

const want = vectors.outgoing;
const answer = bytes(want.answer);

test("reads the module's report", () => {
  const out = decodeOutgoing(answer);
  expect(hex(out.head)).toBe(want.head);
  expect([out.date, out.revision]).toEqual([want.date, want.revision]);
  expect([out.leader.recipient, out.helper.recipient]).toEqual([want.leader, want.helper]);
  expect([out.leader.plaintext.length, out.helper.plaintext.length]).toEqual(want.sizes);
  expect(hex(out.state)).toBe(want.state);
});

test("frames sealed shares", () => {
  const text = (s: string) => new TextEncoder().encode(s);
  expect(hex(frameMessage(bytes(want.head), text("leader"), text("helper")))).toBe(want.frame);
});

test("refuses another key type, and what is cut before the state", () => {
  const other = answer.slice();
  other[140] = 2;
  expect(() => decodeOutgoing(other)).toThrow(Malformed);
  const parts = answer.length - want.state.length / 2;
  for (let n = 0; n < parts; n += 7) expect(() => decodeOutgoing(answer.subarray(0, n))).toThrow(Malformed);
});
