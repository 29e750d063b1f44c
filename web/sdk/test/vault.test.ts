import { expect, test } from "vitest";
import { Vault } from "../src/vault";
import { Shelf } from "./shelf";
import { bytes, vectors } from "./vectors";

const [fresh, , charged] = vectors.states.map(({ bytes: state }) => bytes(state));

async function opened(shelf: Shelf): Promise<Vault> {
  const vault = new Vault(shelf.tab(), crypto);
  await vault.open();
  return vault;
}

test("a state comes back as it was saved", async () => {
  const shelf = new Shelf();
  const vault = await opened(shelf);
  expect(vault.state).toBeNull();
  expect(await vault.save(charged!, true)).toBe(true);
  expect((await opened(shelf)).state).toEqual(charged);
});

test("each writing is encrypted anew", async () => {
  const shelf = new Shelf();
  const vault = await opened(shelf);
  const stored = async () => {
    await vault.save(charged!);
    return Buffer.from((shelf.values["state"] as { data: ArrayBuffer }).data).toString("hex");
  };
  expect(await stored()).not.toBe(await stored());
});

test("states are written in their order", async () => {
  const shelf = new Shelf();
  const vault = await opened(shelf);
  shelf.during = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
  await Promise.all([fresh!, charged!, fresh!, charged!].map((state) => vault.save(state)));
  expect((await opened(shelf)).state).toEqual(charged);
});

test("whoever opens it last is the writer", async () => {
  const shelf = new Shelf();
  const first = await opened(shelf);
  await first.save(fresh!);
  const second = await opened(shelf);
  expect(await first.save(charged!)).toBe(false);
  expect(first.state).toEqual(fresh);
  expect(await first.keep(null)).toBe(false);
  expect(await second.save(charged!)).toBe(true);
});

test("erasing cannot be undone by what was still to be written", async () => {
  const shelf = new Shelf();
  const other = await opened(shelf);
  await other.save(charged!);
  const vault = new Vault(shelf.tab(), crypto);
  const [guard, late] = await Promise.all([vault.erase(), other.save(charged!).then(() => other.save(charged!))]);
  expect([guard?.charged, late]).toEqual([true, false]);
  const after = await opened(shelf);
  expect([after.state, after.erased, after.kept]).toEqual([charged!.subarray(0, vectors.states[2]!.stub), true, null]);
});

test.each<[string, (shelf: Shelf) => unknown]>([
  ["whose key is gone", (shelf) => (shelf.values = { ...shelf.values, key: undefined })],
  ["that was changed", (shelf) => (new Uint8Array((shelf.values["state"] as { data: ArrayBuffer }).data)[5]! ^= 1)],
])("a state %s is damaged, and not none", async (_, spoil) => {
  const shelf = new Shelf();
  await (await opened(shelf)).save(charged!);
  spoil(shelf);
  expect((await opened(shelf)).state).toHaveLength(1);
});

test("a browser that says no is told as storage", async () => {
  const shelf = new Shelf();
  const vault = await opened(shelf);
  shelf.denied = new DOMException("", "InvalidStateError");
  for (const act of [() => vault.open(), () => vault.save(fresh!), () => vault.keep(null), () => vault.erase()]) {
    await expect(act()).rejects.toMatchObject({ why: "storage", say: expect.stringContaining("InvalidStateError") });
  }
  shelf.denied = null;
  await vault.open();
  expect(await vault.save(fresh!)).toBe(true);
});
