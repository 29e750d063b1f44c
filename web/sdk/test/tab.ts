// A device as one tab runs it, with the real module and the real sealing chunk: only the
// browser and the collector are played.
import { createHash } from "node:crypto";
import { Device } from "../src/device";
import type { Consent, Notice, Outcome, PageEvent, Ready, Request, Start, WorkerDebug } from "../src/protocol";
import * as names from "../src/names";
import * as asks from "../src/asks";
import * as carry from "../src/carry";
import * as seals from "../src/sealing";
import { Locks } from "./locks";
import { Shelf } from "./shelf";
import { bytes, moduleBytes, vectors } from "./vectors";

export const BOTH: Consent = { measure: true, personalize: true };
export const NEITHER: Consent = { measure: false, personalize: false };

const digestOf = (body: Uint8Array) => createHash("sha256").update(body).digest("hex");

/** What all tabs of a browser share, and the collector that they know. */
export class Browser {
  shelf = new Shelf();
  locks: Locks | undefined = new Locks();
  /** Unix ms, 9 in the morning of the plan's first day. */
  now = (vectors.start + 9 * 3600) * 1000;
  /** Seconds that the collector's clock is ahead of the browser's; null: it tells none. */
  ahead: number | null = 0;
  officer = vectors.officer;
  signed = bytes(vectors.signed);
  priors: Uint8Array<ArrayBuffer> | null = bytes(vectors.priors);
  priorsName = digestOf(bytes(vectors.priors));
  module = moduleBytes();
  pinned = digestOf(this.module);
  /** Answers by path; undefined for what is there. */
  status: Readonly<Record<string, number>> = {};
  /** Headers of these answers. */
  refusal: Record<string, string> = {};
  fetched: string[] = [];
  /** How often randomness fails, which traps the module. */
  failing = 0;
  sealing: () => Promise<seals.Chunk> = () => Promise.resolve(seals);

  /** What was begun and is not done, in all tabs. */
  busy = 0;

  /** Counts something that is being done. */
  async count<T>(what: Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await what;
    } finally {
      this.busy--;
    }
  }

  /** WebCrypto, counted. */
  readonly subtle = new Proxy(crypto.subtle, {
    get:
      (subtle, name: keyof SubtleCrypto) =>
      (...args: unknown[]) =>
        this.count((subtle[name] as (...args: unknown[]) => Promise<unknown>).apply(subtle, args)),
  });

  /** Opens a tab that has not started yet. */
  tab(): Tab {
    return new Tab(this);
  }

  readonly fetch = ((url: string, init: RequestInit) => this.count(this.#answer(url, init))) as typeof fetch;

  async #answer(url: string, init: RequestInit): Promise<Response> {
    const path = new URL(url).pathname.replace("/dunlin/v1/", "");
    this.fetched.push(path);
    await new Promise(setImmediate);
    if (init.signal?.aborted) throw new DOMException("", "AbortError");
    const status = this.status[path.split("/")[0]!];
    if (status === 0) throw new TypeError("Failed to fetch");
    if (status) return new Response("no", { status, headers: this.refusal });
    if (path === "plan") {
      const headers = new Headers({ "Dunlin-Plan": vectors.digest });
      if (this.ahead !== null) headers.set("Date", new Date(this.now + this.ahead * 1000).toUTCString());
      if (this.priors) headers.set("Dunlin-Priors", this.priorsName);
      return new Response(this.signed, { headers });
    }
    if (path === `priors/${this.priorsName}` && this.priors) return new Response(this.priors);
    if (path === `module/${this.pinned}.wasm`) return new Response(this.module);
    return new Response("no", { status: 404 });
  }
}

/** The ID of a report, in digits. */
export function idOf({ bytes }: Ready): string {
  return Buffer.from(bytes.slice(40, 56)).toString("hex");
}

/** One tab's Worker. */
export class Tab {
  readonly notices: Notice[] = [];
  readonly #timers: { at: number; call: () => void }[] = [];
  #passed = 0;
  #id = 0;
  readonly device: Device;

  constructor(readonly browser: Browser) {
    this.device = new Device({
      fetch: browser.fetch,
      crypto: {
        subtle: browser.subtle,
        getRandomValues: <T extends ArrayBufferView>(array: T): T => {
          // The vault draws 12 bytes; all else is the module's.
          if (array.byteLength !== 12 && browser.failing-- > 0) throw new Error("no randomness");
          return crypto.getRandomValues(array as never);
        },
      } as unknown as Crypto,
      locks: browser.locks,
      store: browser.shelf.tab(),
      clock: () => browser.now,
      monotonic: () => this.#passed,
      after: (ms, call) => {
        const timer = { at: this.#passed + ms, call };
        this.#timers.push(timer);
        return () => {
          const at = this.#timers.indexOf(timer);
          if (at >= 0) this.#timers.splice(at, 1);
        };
      },
      sealing: () => browser.count(browser.sealing()),
      names: () => Promise.resolve(names),
      asks: () => Promise.resolve(asks),
      // As little of scrypt's work as age allows.
      carry: () => Promise.resolve({ ...carry, lock: (...args) => carry.lock(args[0], args[1], args[2], 4) }),
      module: browser.pinned,
      tell: (notice) => this.notices.push(notice),
    });
  }

  /** Makes a request. */
  ask<T = undefined>(request: Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never): Promise<Outcome<T>> {
    return this.device.handle({ ...request, id: ++this.#id }) as Promise<Outcome<T>>;
  }

  start(consent = BOTH, more: Partial<Start> = {}): Promise<Outcome> {
    const { officer } = this.browser;
    return this.ask({
      do: "start",
      with: { base: "https://shop.example/dunlin/", api: "v1", site: "", officer, consent, clock: 0, ...more },
    });
  }

  track(event: PageEvent): Promise<Outcome> {
    return this.ask({ do: "track", event, at: this.browser.now });
  }

  view(...topics: string[]): Promise<Outcome> {
    return this.track({ kind: "view", topics });
  }

  async debug(): Promise<WorkerDebug> {
    const outcome = await this.ask<WorkerDebug>({ do: "debug" });
    if (!outcome.ok) throw new Error(outcome.say);
    return outcome.value;
  }

  /** Lets time pass in this tab; the browser's clock goes along. */
  pass(ms: number): void {
    this.#passed += ms;
    this.browser.now += ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= this.#passed).sort((a, b) => a.at - b.at)[0];
      if (!due) return;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      due.call();
    }
  }

  /** Waits until something is so. What is due at once happens; no other time passes. */
  async until<T>(so: () => T | undefined | false | null): Promise<T> {
    const end = Date.now() + 5_000;
    for (;;) {
      this.pass(0);
      const is = so();
      if (is) return is;
      if (Date.now() > end)
        throw new Error(`it never was so: ${so.toString()}; told ${JSON.stringify(this.notices.map(({ tell }) => tell))}`);
      await new Promise(setImmediate);
    }
  }

  /** Waits until all that was begun is done, and nothing else begins. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet++) {
      this.pass(0);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (this.browser.busy || this.browser.shelf.busy) quiet = 0;
    }
  }

  /** The reports told so far. */
  get ready(): readonly Ready[] {
    return this.notices.flatMap((notice) => (notice.tell === "ready" ? [notice.ready] : []));
  }

  told<K extends Notice["tell"]>(tell: K): Extract<Notice, { tell: K }>[] {
    return this.notices.filter((notice) => notice.tell === tell) as Extract<Notice, { tell: K }>[];
  }

  /** Waits for the nth report. */
  async report(n = 1): Promise<Ready> {
    return (await this.until(() => this.ready.length >= n && this.ready))[n - 1]!;
  }
}

/** A tab that runs and has seen one page about shoes. */
export async function running(browser = new Browser(), consent = BOTH): Promise<Tab> {
  const tab = browser.tab();
  void tab.start(consent);
  const outcome = await tab.view("shoes");
  if (!outcome.ok) throw new Error(outcome.say);
  return tab;
}
