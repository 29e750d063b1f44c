import { expect, test } from "vitest";
import { readGuard } from "../src/guard";
import { bytes, vectors } from "./vectors";

test("reads the guards that Go wrote, and cuts behind them", () => {
  expect(vectors.states.length).toBeGreaterThan(3);
  for (const { bytes: state, charged, stub, date, end, revision, erased } of vectors.states) {
    const guard = readGuard(bytes(state));
    expect(guard?.charged).toBe(charged);
    expect(guard?.running).toEqual(date ? { date, end, revision, erased } : null);
    expect(guard?.stub).toEqual(bytes(state).subarray(0, stub));
  }
});

test("a damaged guard is none", () => {
  const state = bytes(vectors.states[2]!.bytes);
  for (const n of [0, 6, 100, 150, 170]) expect(readGuard(state.subarray(0, n))).toBeNull();
});
