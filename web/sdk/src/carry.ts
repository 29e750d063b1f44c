/**
 * A profile on its way to another device: an age file under a passphrase. A chunk of its
 * own, which the Worker loads only when a visitor carries a profile.
 *
 * What it gives is a plain age file with one scrypt stanza; `age -d` opens it. Inside:
 *
 *     "dunlin carry 1" | u8 n, n bytes: the site | raw deflate of what the module exported
 *
 * The module's bytes hold neither budget nor report ID nor holdout; this room does not
 * look at them.
 *
 * @module
 */

import { Decrypter, Encrypter } from "age-encryption";
import { join } from "./wire";

/** What a file begins with, inside. */
const MAGIC = new TextEncoder().encode("dunlin carry 1");

/**
 * Base-2 logarithm of scrypt's work: 64 MB and about half a second. age's own default
 * of 18 takes 256 MB, which telephones refuse.
 */
const WORK = 16;

/** The longest file that is tried, and the longest profile that may come out of one, bytes. */
export const MAX_FILE = 65_536;
const MAX_PROFILE = 65_536;

/** The fewest characters of a passphrase. */
export const MIN_PASSPHRASE = 12;

/** Codes of what was wrong with a file; beside the module's own, which are above -100. */
export const CARRY = { short: -100, passphrase: -101, damaged: -102, site: -103 } as const;

/** What was wrong, with one of {@link CARRY}. Whoever is in another chunk knows it by its code alone. */
export class NotCarried extends Error {
  constructor(
    say: string,
    readonly code: number,
  ) {
    super(say);
  }
}

/** What the chunk exports. */
export interface Chunk {
  readonly lock: typeof lock;
  readonly unlock: typeof unlock;
}

/**
 * Makes the file.
 *
 * @param work For tests: the base-2 logarithm of scrypt's work.
 * @throws NotCarried `CARRY.short`, for a passphrase of less than {@link MIN_PASSPHRASE} characters.
 */
export async function lock(passphrase: string, site: string, exported: Uint8Array, work = WORK): Promise<Uint8Array> {
  const words = normal(passphrase);
  if ([...words].length < MIN_PASSPHRASE) throw fault(CARRY.short, `a passphrase has at least ${MIN_PASSPHRASE} characters`);
  const name = new TextEncoder().encode(site);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(words);
  encrypter.setScryptWorkFactor(work);
  return encrypter.encrypt(join(MAGIC, [name.length], name, await through(exported, new CompressionStream("deflate-raw"))));
}

/**
 * Opens a file; nothing is changed by it.
 *
 * @returns what the module exported.
 * @throws NotCarried
 */
export async function unlock(passphrase: string, site: string, file: Uint8Array): Promise<Uint8Array> {
  const damaged = fault(CARRY.damaged, "the file is damaged or no profile");
  if (file.length > MAX_FILE) throw damaged;
  const decrypter = new Decrypter();
  decrypter.addPassphrase(normal(passphrase));
  let plain: Uint8Array;
  try {
    plain = await decrypter.decrypt(file);
  } catch (cause) {
    // The library tells one from the other by its text alone.
    if (/no identity matched/.test(String(cause)) && underPassphrase(file))
      throw fault(CARRY.passphrase, "another passphrase opens this file");
    throw damaged;
  }
  const at = MAGIC.length + 1;
  if (!MAGIC.every((b, i) => plain[i] === b)) throw damaged;
  const end = at + (plain[at - 1] ?? 0);
  if (new TextDecoder().decode(plain.subarray(at, end)) !== site) throw fault(CARRY.site, "the file is of another site");
  try {
    return await through(plain.slice(end), new DecompressionStream("deflate-raw"));
  } catch {
    throw damaged;
  }
}

function fault(code: number, say: string): NotCarried {
  return new NotCarried(say, code);
}

/** As it was typed, whatever the keyboard: composed letters, no blanks around. */
function normal(passphrase: string): string {
  return passphrase.normalize("NFKC").trim();
}

/** Whether the file is one that a passphrase opens at all. */
function underPassphrase(file: Uint8Array): boolean {
  return new TextDecoder().decode(file.subarray(0, 64)).startsWith("age-encryption.org/v1\n-> scrypt ");
}

/** @throws Error Past {@link MAX_PROFILE}, and for bytes that are not compressed. */
async function through(bytes: Uint8Array, turn: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let n = 0;
  // As a stream of bytes that are there already: what comes after a fault is thrown below.
  const out = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(turn as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>);
  for await (const part of out) {
    if ((n += part.length) > MAX_PROFILE) throw new Error("too long");
    parts.push(part);
  }
  return join(...parts);
}
