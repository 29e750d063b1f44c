/**
 * The device without a page: a service worker wakes it for a moment, asks it whether a
 * message comes now, tells it that it came, and puts it back.
 *
 * What it trusts: the script's own bytes and what they pin. What it never does: send
 * anything, fetch anything by what the device says, or run without consent. A device that
 * is not woken is left as it is, to the byte.
 *
 * @module
 */

import { encodeEvent, forgetWords, itemsOf, keysOf } from "../event";
import { note } from "../journal";
import { begin, type Life } from "../life";
import { ask, type Lock } from "../lock";
import { OP } from "../module";
import { reach } from "../offers";
import { decodePlan } from "../plan";
import type { PageEvent } from "../protocol";
import type { Store } from "../store";
import { Vault, type Terms } from "../vault";
import { time } from "../wire";

/** The longest that plan, priors and module are waited for, ms. */
const FETCHING = 8_000;

/** The longest that a page which just hides is waited for, and, as another opens, one that is left, ms. */
const HIDING = 3_000;
const LEAVING = 15_000;

/** Nobody hears how long it took. */
const unheard = (): void => undefined;

/** All that it needs of the world. */
export interface World {
  readonly fetch: typeof fetch;
  readonly crypto: Crypto;
  readonly locks: Pick<LockManager, "request"> | undefined;
  readonly store: () => Store;
  /** See {@link glance}. */
  readonly glance: () => Promise<Terms | undefined>;
  /** The browser's clock, Unix ms. */
  readonly clock: () => number;
  readonly monotonic: () => number;
  /** Calls back after ms; returns how not to. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** SHA-256 of the module. */
  readonly module: string;
  /** Global Privacy Control is on. */
  readonly signal: () => boolean;
}

/** A device awake. */
interface Awake {
  readonly life: Life;
  readonly vault: Vault;
  /** Unix seconds of the device's clock. */
  readonly now: number;
}

/**
 * Shows a message if the device has it come now by this channel, and counts the showing.
 *
 * @param show Shows it; the showing is not counted if that fails.
 * @returns false if it was not shown. Never rejects.
 */
export function reached(world: World, message: string, channel: string, show: () => Promise<unknown>): Promise<boolean> {
  return wake(world, undefined, HIDING, async (device) => {
    const { life, now } = device;
    const answer = reach({ ...life, now, subtle: world.crypto.subtle }, message);
    if (!answer.ok || answer.value.channel !== channel || answer.value.at > now) return false;
    return track(device, { kind: "reached", message, channel }, show);
  });
}

/**
 * Asks for the lock before a page that a click opens does, and tells the device that the
 * visitor took the message up.
 *
 * @returns false if the device was not told. Never rejects.
 */
export function responded(world: World, message: string): Promise<boolean> {
  const lock = world.locks && ask(world.locks);
  return wake(world, lock, LEAVING, (device) => track(device, { kind: "responded", message }, () => Promise.resolve()));
}

/** Tells the device of an event that happens by act, and stores it once it has. */
async function track({ life, vault, now }: Awake, event: PageEvent, act: () => Promise<unknown>): Promise<boolean> {
  const { plan, mind, names } = life;
  const bytes = names.encodeEvent(plan, event);
  if (typeof bytes === "string" || typeof mind.call(OP.track, time(now), bytes) === "number") return false;
  await act();
  note(vault.journal, Math.floor(now), event);
  // Whether or not it is stored, it has happened.
  await vault.save(mind.sure(OP.save), true).catch(unheard);
  return true;
}

async function wake(world: World, early: Lock | undefined, patience: number, act: (device: Awake) => Promise<boolean>): Promise<boolean> {
  let lock = early;
  try {
    const terms = await world.glance();
    if (!world.locks || !agreed(world, terms)) return false;
    const life = await supply(world, terms);
    lock ??= ask(world.locks);
    if (!(await soon(world, lock, patience))) return false;
    // It took a while: what holds may be another thing by now.
    if (JSON.stringify(await world.glance()) !== JSON.stringify(terms)) return false;
    const vault = new Vault(world.store(), world.crypto);
    await vault.open();
    // A state of one byte is one that could not be read: what becomes of it is the page's to say.
    if (!vault.state || vault.state.length < 2) return false;
    const now = world.clock() / 1000 + terms.clock;
    life.mind.load(vault.state, now);
    return await act({ life, vault, now });
  } catch {
    return false;
  } finally {
    lock?.release();
  }
}

/** Whether the device may decide; another module's state is not for this one to read. */
function agreed({ module, signal }: World, terms: Terms | undefined): terms is Terms {
  return terms?.module === module && terms.consent.personalize && !(terms.mode === "assumed" && signal());
}

async function supply(world: World, terms: Terms): Promise<Life> {
  const abort = new AbortController();
  const enough = world.after(FETCHING, () => abort.abort());
  const names = { decodePlan, encodeEvent, forgetWords, itemsOf, keysOf };
  try {
    return await begin({ ...world, with: terms, signal: abort.signal, at: unheard, names: () => Promise.resolve(names) });
  } finally {
    enough();
  }
}

/** Waits for the lock, and no longer than that; a page in view keeps it. */
async function soon({ after }: World, lock: Lock, patience: number): Promise<boolean> {
  let enough = unheard;
  const late = new Promise<false>((resolve) => (enough = after(patience, () => resolve(false))));
  const held = await Promise.race([lock.held, late]);
  enough();
  return held;
}
