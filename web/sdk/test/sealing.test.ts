import { Decrypter, generateX25519Identity, identityToRecipient, generateHybridIdentity } from "age-encryption";
import { expect, test } from "vitest";
import { OVERHEAD, seal } from "../src/sealing";

test("seals to a file of one stanza and the plan's size, which its recipient opens", async () => {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  for (const size of [0, 170, 10_010, 65_536]) {
    const plaintext = crypto.getRandomValues(new Uint8Array(size));
    const sealed = await seal(recipient, plaintext);
    expect(sealed.length).toBe(size + OVERHEAD);
    expect(new TextDecoder().decode(sealed.subarray(0, 168))).toMatch(
      /^age-encryption\.org\/v1\n-> X25519 [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n$/,
    );
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    expect(await decrypter.decrypt(sealed)).toEqual(plaintext);
  }
  expect(await seal(recipient, new Uint8Array(3))).not.toEqual(await seal(recipient, new Uint8Array(3)));
});

test("refuses what would be of another size", async () => {
  const hybrid = await identityToRecipient(await generateHybridIdentity());
  await expect(seal(hybrid, new Uint8Array(3))).rejects.toThrow("another size");
  await expect(seal("age1nobody", new Uint8Array(3))).rejects.toThrow();
});
