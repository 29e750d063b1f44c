/**
 * The device in its Worker: consent, the lock, start and end, and the page's requests in
 * their order.
 *
 * What it trusts: the script's own bytes and what they pin. What it never does: send
 * anything, throw into the page, or tell the page more than decisions unasked.
 *
 * @module
 */

import type { Chunk as Asks } from "./asks";
import type { Chunk as Carry } from "./carry";
import { revisionOf } from "./clear";
import { done, Fault, OFF, refuse, refused } from "./fault";
import { begin } from "./life";
import { ask, type Lock } from "./lock";
import { OP, Trapped } from "./module";
import type { Names } from "./names";
import { periodAt } from "./plan";
import type { Consent, Notice, Outcome, Request, Start, WorkerDebug } from "./protocol";
import { Queue } from "./queue";
import type { Chunk } from "./sealing";
import { Session, type Turn } from "./session";
import type { Store } from "./store";
import { Vault } from "./vault";
import { time } from "./wire";

/** Without the lock for so long, ms, another tab is in use: the page is told. */
const PATIENCE = 500;

/** The longest that a hidden tab keeps the lock to finish a report, ms. */
const LINGER = 2000;

const NOBODY: Consent = { measure: false, personalize: false };
const DONE = done(undefined);

/** All that a device needs of the world. */
export interface World {
  readonly fetch: typeof fetch;
  readonly crypto: Crypto;
  /** Missing: nothing runs, for two tabs might report for one device. */
  readonly locks: Pick<LockManager, "request"> | undefined;
  readonly store: Store;
  /** The browser's clock, Unix ms. */
  readonly clock: () => number;
  /** ms since the Worker's start. */
  readonly monotonic: () => number;
  /** Calls back after ms; returns how not to. */
  readonly after: (ms: number, call: () => void) => () => void;
  readonly sealing: () => Promise<Chunk>;
  readonly names: () => Promise<Names>;
  readonly asks: () => Promise<Asks>;
  readonly carry: () => Promise<Carry>;
  /** SHA-256 of the module. */
  readonly module: string;
  readonly tell: (notice: Notice) => void;
}

/** The device of one tab. */
export class Device {
  #with: Start | undefined;
  #consent = NOBODY;
  #stage: WorkerDebug["stage"] = "stopped";
  #hidden = false;
  /** Ends what is being fetched. */
  #abort = new AbortController();
  #lock: Lock | undefined;
  /** The lock is held and the vault open. */
  #writer = false;
  #session: Session | undefined;
  #sealing: Promise<Chunk> | undefined;
  #traps = 0;
  #unsaved = false;
  #saving: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #fault: Fault | undefined;
  readonly #trouble: WorkerDebug["trouble"][number][] = [];
  readonly #times: { -readonly [K in keyof WorkerDebug["times"]]: number } = {};
  readonly #queue = new Queue<Turn>();
  readonly #vault: Vault;

  constructor(readonly world: World) {
    this.#vault = new Vault(world.store, world.crypto);
  }

  /** Answers a request; never rejects. */
  async handle(request: Request): Promise<Outcome<unknown>> {
    try {
      switch (request.do) {
        case "start":
          if (this.#with) return refuse("input", "it was started before");
          this.#with = request.with;
          this.#consent = request.with.consent;
          return any(this.#consent) ? await this.#begin() : OFF;
        case "consent":
          return await this.#consents(request.consent);
        case "forget":
          return await this.#erase();
        case "debug":
          return done(this.#debug());
        case "hide":
          this.#hidden = true;
          return await this.#rest();
        case "show":
          this.#hidden = false;
          this.#hold();
          return DONE;
        case "sent":
          this.#session?.sent(request.revision);
          return DONE;
        case "confirmed":
          if ((this.#vault.kept?.revision ?? Infinity) <= request.revision) await this.#vault.keep(null);
          return DONE;
        default:
          if (this.#stage === "running") return await this.#act(request);
          return this.#stage === "stopped" ? this.#refusal() : await this.#queue.add(request);
      }
    } catch (fault) {
      return this.#failed(fault);
    }
  }

  async #consents(consent: Consent): Promise<Outcome<unknown>> {
    const before = this.#consent;
    this.#consent = consent;
    if (!any(consent)) return this.#erase();
    if (this.#stage === "stopped") return this.#begin();
    if (!consent.measure) {
      this.#session?.halt();
      this.#session?.unready();
      if (this.#writer) await this.#vault.keep(null);
    } else if (!before.measure) {
      this.#session?.report();
    }
    this.#session?.decideSoon();
    this.#agree();
    this.#save();
    return DONE;
  }

  /** What holds is stored with the state, for a service worker. */
  #agree(): void {
    this.#vault.terms = { ...this.#with!, consent: this.#consent, module: this.world.module };
  }

  async #begin(): Promise<Outcome<unknown>> {
    const { world } = this;
    const start = this.#with;
    if (!start) return refuse("input", "it was not started");
    const { signal } = (this.#abort = new AbortController());
    this.#fault = undefined;
    this.#stage = "starting";
    try {
      this.#hold();
      if (this.#consent.measure) this.#seals().catch(() => undefined);
      const at = (part: keyof WorkerDebug["times"]) => (this.#times[part] ??= world.monotonic());
      const life = await begin({ ...world, with: start, signal, at });
      if (signal.aborted) return this.#refusal();
      this.#session = new Session({
        life,
        vault: this.#vault,
        url: `${start.base}${start.api}/reports`,
        now: () => this.#now(),
        ahead: start.clock,
        after: world.after,
        seal: () => this.#seals(),
        asks: world.asks,
        carry: world.carry,
        subtle: world.crypto.subtle,
        consent: () => (this.#vault.paused ? NOBODY : this.#consent),
        runs: () => this.#stage === "running",
        save: () => this.#save(),
        decided: (choices) => {
          at("decision");
          world.tell({ tell: "decisions", choices });
        },
        ready: (ready) => {
          at("ready");
          world.tell({ tell: "ready", ready });
        },
        unready: () => world.tell({ tell: "unready" }),
        failed: (fault) => this.#failed(fault),
        note: (fault) => this.#note(fault),
      });
      await this.#alone(() => this.#resume());
      return this.#fault ? this.#refusal() : DONE;
    } catch (fault) {
      return signal.aborted ? this.#refusal() : this.#failed(fault);
    }
  }

  /** Asks for the lock. Once it is there all is read anew: another tab may have written. */
  #hold(): void {
    const { locks, after, tell } = this.world;
    if (this.#lock || this.#hidden || this.#stage === "stopped") return;
    // What the page has may be older than what another tab has made, or erased.
    this.#session?.unready();
    if (!locks) throw new Fault("no-lock", "no Web Locks here");
    const lock = (this.#lock = ask(locks));
    const patient = after(PATIENCE, () => tell({ tell: "trouble", why: "no-lock", say: "another tab is in use" }));
    void lock.held.then((held) => {
      patient();
      return this.#alone(async () => {
        if (lock !== this.#lock) return;
        if (!held) throw new Fault("no-lock", "the browser refuses the lock");
        await this.#vault.open();
        if (lock !== this.#lock) return;
        this.#writer = true;
        await this.#resume();
      });
    });
  }

  /** Goes on, once there are plan, module and state. */
  async #resume(): Promise<void> {
    const session = this.#session;
    const vault = this.#vault;
    // The lock and the plan may come at the same time: the second of them finds it running.
    if (!session || this.#stage === "stopped" || this.#stage === "running") return;
    const first = this.#stage === "starting";
    this.#stage = "waiting";
    if (!this.#writer) return;
    const { mind } = session.options.life;
    await mind.start();
    mind.load(vault.state, this.#now());
    this.#agree();
    if (vault.erased) {
      const stub = mind.sure(OP.forget, time(this.#now()));
      if (!(await vault.save(stub, true, { erased: undefined }))) return this.#lost();
      vault.erased = false;
    }
    this.#stage = "running";
    // Before the first event there is nothing to report; later what the page had was taken back.
    if (!first) session.report();
    let tracked = false;
    this.#queue.drain((turn) => {
      tracked ||= turn.do === "track";
      return this.#act(turn);
    });
    if (tracked) session.decide();
    this.#save();
  }

  #act(turn: Turn): Outcome<unknown> | Promise<Outcome<unknown>> {
    return this.#session && this.#stage === "running" ? this.#session.act(turn) : this.#refusal();
  }

  #seals(): Promise<Chunk> {
    return (this.#sealing ??= this.world.sealing().catch((fault: unknown) => {
      this.#sealing = undefined;
      throw fault;
    }));
  }

  /** Stores the state, soon, and once for all that happens meanwhile. */
  #save(): void {
    this.#unsaved = true;
    this.#saving ??= this.#flush().catch((fault: unknown) => void this.#failed(fault));
  }

  async #flush(): Promise<void> {
    await null;
    try {
      while (this.#unsaved && this.#session && this.#stage === "running") {
        this.#unsaved = false;
        if (!(await this.#vault.save(this.#session.options.life.mind.sure(OP.save)))) this.#lost();
      }
    } finally {
      this.#saving = undefined;
    }
  }

  /** Another tab has become the writer. */
  #lost(): void {
    if (!this.#writer) return;
    this.#stage = "waiting";
    this.#session?.quiet();
    this.#letGo();
    this.#hold();
  }

  #letGo(): void {
    this.#writer = false;
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** The tab is hidden: stores all and gives the lock up. */
  #rest(): Promise<Outcome<unknown>> {
    return this.#alone(async () => {
      const lock = this.#lock;
      if (!lock || !this.#hidden) return DONE;
      if (this.#writer) {
        let enough = (): void => undefined;
        await Promise.race([this.#session?.idle(), new Promise<void>((resolve) => (enough = this.world.after(LINGER, resolve)))]);
        enough();
        await this.#saving;
      }
      if (!this.#hidden || lock !== this.#lock) return DONE;
      this.#session?.halt();
      this.#letGo();
      if (this.#stage === "running") {
        this.#stage = "waiting";
        this.#session?.options.life.mind.call(OP.clear);
      }
      return DONE;
    });
  }

  /** Erases all but what guards the budget; goes on as a new device if there is consent. */
  #erase(): Promise<Outcome<unknown>> {
    const stay = any(this.#consent);
    if (!stay) this.#end();
    return this.#alone(async () => {
      const writer = this.#writer;
      this.#writer = false;
      if (this.#stage === "running") this.#stage = "waiting";
      this.#session?.quiet();
      const guard = await this.#vault.erase();
      if (stay && writer) {
        const { paused } = this.#vault;
        if (!guard) await this.#vault.open();
        if (paused) await this.#vault.pause(true);
        this.#writer = true;
        await this.#resume();
        this.#session?.decideSoon();
      }
      return done({ offered: (guard?.running?.end ?? 0) > this.#now() });
    });
  }

  /** One after the other: what changes who this device is, and whether it runs. */
  #alone<T>(act: () => Promise<T>): Promise<T | Outcome<never>> {
    const turn = this.#last.then(act).catch((fault: unknown) => this.#failed(fault));
    this.#last = turn;
    return turn;
  }

  /** Whatever went wrong ends the device, but for a first trap, and for a call with bad arguments. */
  #failed(fault: unknown): Outcome<never> {
    if (fault instanceof Trapped && this.#session && !this.#traps++) {
      this.#stage = "waiting";
      this.#session.quiet();
      void this.#alone(() => this.#resume());
      return refuse("module", "the module failed and was started again");
    }
    if (fault instanceof Trapped) fault = new Fault("module", "the module failed");
    if (!(fault instanceof Fault)) return refuse("input", String(fault));
    this.#fault = fault;
    this.#note(fault);
    this.#end();
    return this.#refusal();
  }

  #end(): void {
    this.#stage = "stopped";
    this.#abort.abort();
    this.#session?.quiet();
    this.#session = undefined;
    this.#letGo();
    this.#queue.drain(() => this.#refusal());
  }

  #note({ why, say, code, unmet }: Fault): void {
    this.#trouble.push({ why, say, ...(code && { code }) });
    this.world.tell({ tell: "trouble", why, say, ...unmet });
  }

  #refusal(): Outcome<never> {
    return this.#fault && any(this.#consent) ? refuse(this.#fault.why, this.#fault.say, this.#fault.code) : OFF;
  }

  #debug(): WorkerDebug {
    const session = this.#session;
    const life = session?.options.life;
    const { state, encrypted } = this.#vault;
    const period = life && periodAt(life.plan, this.#now());
    return {
      stage: this.#stage,
      trouble: [
        ...this.#trouble,
        ...(session?.refusal ? [refused(session.refusal)] : []),
        ...(life?.published.priors && !life.mind.informed ? [refuse("refused", "priors: not had, or refused: choices go without")] : []),
      ],
      plan: life ? { digest: life.digest, serial: life.plan.serial, site: life.plan.site } : null,
      priors: life?.mind.informed ? life.published.priors : null,
      module: this.world.module,
      stateBytes: state?.length ?? 0,
      encrypted,
      revision: period ? revisionOf(state, period.date) : 0,
      times: this.#times,
    };
  }

  /** The device's clock, Unix seconds. */
  #now(): number {
    return this.world.clock() / 1000 + (this.#with?.clock ?? 0);
  }
}

function any({ measure, personalize }: Consent): boolean {
  return measure || personalize;
}
