// A carried profile: a file that age opens, and what is said of one that does not open.
import { expect, it } from "vitest";
import { Decrypter, Encrypter } from "age-encryption";
import { CARRY, lock, unlock, type NotCarried } from "../src/carry";

const WORDS = "correct horse 42";
const exported = new Uint8Array(5000).map((_, i) => (i % 7 ? 0 : i));
/** As little work as age allows, for tests. */
const make = (words = WORDS, site = "shop.example") => lock(words, site, exported, 4);
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 0,
    (fault: NotCarried) => fault.code,
  );

it("comes back as it was, under the passphrase as other keyboards write it", async () => {
  expect(await unlock(WORDS, "shop.example", await make())).toEqual(exported);
  expect(await unlock(" e\u0301cole de mer ", "shop.example", await make("\u00e9cole de mer"))).toEqual(exported);
});

it("is smaller than what it holds, and a plain age file", async () => {
  const file = await make();
  expect(file.length).toBeLessThan(exported.length);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(WORDS);
  expect(new TextDecoder().decode((await decrypter.decrypt(file)).subarray(0, 27))).toBe("dunlin carry 1\x0cshop.example");
});

it("takes no short passphrase", async () => {
  expect(await code(lock("eleven char", "s", exported, 4))).toBe(CARRY.short);
});

it("says what is wrong: passphrase, bytes, site", async () => {
  const file = await make();
  expect(await code(unlock("correct horse 43", "shop.example", file))).toBe(CARRY.passphrase);
  expect(await code(unlock(WORDS, "other.example", file))).toBe(CARRY.site);
  // From the first byte after the stanza's body on: before it a changed file is a changed passphrase.
  for (let at = 0; at < file.length; at += 11) {
    const bad = file.slice();
    bad[at]! ^= 1;
    const said = await code(unlock(WORDS, "shop.example", bad));
    expect([CARRY.damaged, CARRY.passphrase], `${at}`).toContain(said);
    if (at > 150) expect(said, `${at}`).toBe(CARRY.damaged);
  }
  for (const cut of [0, 20, 100, file.length - 1]) {
    expect(await code(unlock(WORDS, "shop.example", file.slice(0, cut))), `${cut}`).toBe(CARRY.damaged);
  }
  expect(await code(unlock(WORDS, "shop.example", new Uint8Array(100_000)))).toBe(CARRY.damaged);
});

it("refuses what grows without bound, and what is age's but not a profile", async () => {
  const wrap = async (plain: Uint8Array) => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase(WORDS);
    encrypter.setScryptWorkFactor(4);
    return encrypter.encrypt(plain);
  };
  expect(await code(unlock(WORDS, "s", await wrap(new Uint8Array(50))))).toBe(CARRY.damaged);
  const bomb = await lock(WORDS, "s", new Uint8Array(2_000_000), 4);
  expect(bomb.length).toBeLessThan(60_000);
  expect(await code(unlock(WORDS, "s", bomb))).toBe(CARRY.damaged);
});
