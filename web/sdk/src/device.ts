/**
 * The device in its Worker: consent, the lock, start and end, and the page's requests in
 * their order.
 *
 * What it trusts: the script's own bytes and what they pin. What it never does: send
 * anything, throw into the page, or tell the page more than decisions unasked.
 *
 * @module
 */

import { Choices } from "./choices";
import { clearReport, revisionOf } from "./clear";
import { encodeEvent, named } from "./event";
import { done, Fault, refuse, refused } from "./fault";
import { begin, type Life } from "./life";
import { ask, type Lock } from "./lock";
import { OP, Trapped } from "./module";
import { periodAt } from "./plan";
import type { Consent, Notice, Outcome, PageEvent, Request, Start, WorkerDebug } from "./protocol";
import { Queue } from "./queue";
import { Reports } from "./reports";
import type { Sealing } from "./sealing";
import type { Store } from "./store";
import { Vault } from "./vault";
import { time } from "./wire";

/** From the last event to the choices that it may change, ms. */
const SETTLE = 30;

/** Without the lock for so long, ms, another tab is in use: the page is told. */
const PATIENCE = 500;

/** The longest that a hidden tab keeps the lock to finish a report, ms. */
const LINGER = 2000;

/** Codes by which the module refuses whatever is done under the plan: an older one, an expired one. */
const UNUSABLE: readonly number[] = [-21, -22];

const NOBODY: Consent = { measure: false, personalize: false };
const OFF = refuse("off", "there is no consent to it");
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
  readonly sealing: () => Promise<Sealing>;
  /** SHA-256 of the module. */
  readonly module: string;
  readonly tell: (notice: Notice) => void;
}

/** Requests that want the running device. */
type Turn = Extract<Request, { do: "track" | "choose" | "why" | "report" | "unsent" }>;

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
  #life: (Life & { readonly choices: Choices }) | undefined;
  #reports: Reports | undefined;
  #sealing: Promise<Sealing> | undefined;
  /** The page has bytes in its hands. */
  #handed = false;
  #traps = 0;
  #unsaved = false;
  #saving: Promise<void> | undefined;
  #settling = false;
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
          this.#handed = false;
          this.#reports?.renew();
          return DONE;
        case "confirmed":
          if ((this.#vault.kept?.revision ?? Infinity) <= request.revision) await this.#vault.keep(null);
          return DONE;
        default:
          if (this.#stage === "running") return this.#act(request);
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
      this.#quiet();
      if (this.#writer) await this.#vault.keep(null);
    } else if (!before.measure) {
      this.#reporter()?.changed();
    }
    this.#decideSoon();
    return DONE;
  }

  async #begin(): Promise<Outcome<unknown>> {
    const { world } = this;
    if (!this.#with) return refuse("input", "it was not started");
    const { signal } = (this.#abort = new AbortController());
    this.#fault = undefined;
    this.#stage = "starting";
    try {
      this.#hold();
      if (this.#consent.measure) this.#seals().catch(() => undefined);
      const at = (part: keyof WorkerDebug["times"]) => (this.#times[part] ??= world.monotonic());
      const life = await begin({ ...world, with: this.#with, signal, at });
      if (signal.aborted) return this.#refusal();
      const choices = new Choices({
        call: (...args) => life.mind.call(...args),
        plan: life.plan,
        now: () => this.#now(),
        tell: (choices) => {
          at("decision");
          world.tell({ tell: "decisions", choices });
        },
      });
      this.#life = { ...life, choices };
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
    this.#unready();
    if (!locks) throw new Fault("no-lock", "this browser has no Web Locks: two tabs might report for one device");
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
    const life = this.#life;
    const vault = this.#vault;
    // The lock and the plan may come at the same time: the second of them finds it running.
    if (!life || this.#stage === "stopped" || this.#stage === "running") return;
    const first = this.#stage === "starting";
    this.#stage = "waiting";
    if (!this.#writer) return;
    await life.mind.start();
    life.mind.load(vault.state, this.#now());
    if (vault.erased) {
      const stub = life.mind.sure(OP.forget, time(this.#now()));
      if (!(await vault.save(stub, true, { erased: undefined }))) return this.#lost();
      vault.erased = false;
    }
    this.#stage = "running";
    // Before the first event there is nothing to report; later what the page had was taken back.
    if (!first) this.#reporter()?.changed();
    let tracked = false;
    this.#queue.drain((turn) => {
      tracked ||= turn.do === "track";
      return this.#act(turn);
    });
    if (tracked) this.#decide();
    this.#save();
  }

  /** Answers what wants the running device. */
  #act(turn: Turn): Outcome<unknown> {
    try {
      const life = this.#life;
      if (!life || this.#stage !== "running") return this.#refusal();
      const { plan, mind, choices } = life;
      const { kept, state } = this.#vault;
      switch (turn.do) {
        case "track":
          return this.#track(life, turn.event, turn.at);
        case "choose":
        case "why":
          if (!this.#consent.personalize) return OFF;
          this.#save();
          return choices[turn.do](turn.slot);
        case "report":
          return clearReport(plan, mind.sure(OP.measure, time(this.#now())), state, this.#now());
        case "unsent":
          return done(this.#consent.measure && kept && kept.end > this.#now() ? kept : null);
      }
    } catch (fault) {
      return this.#failed(fault);
    }
  }

  #track({ plan, mind }: Life, event: PageEvent, at: number): Outcome {
    if (!this.#consent.personalize) {
      // Nothing was chosen, so nothing that was chosen can have been seen or clicked.
      const { campaigns } = plan;
      if (event.kind === "exposure" || (event.kind === "assign" && campaigns[named(campaigns, event.campaign)]?.chosen)) return OFF;
      if (event.kind === "click") event = { kind: "click", topics: event.topics };
    }
    const bytes = encodeEvent(plan, event);
    if (bytes === "input") return refuse(bytes, `${event.kind}: a value of another kind, or out of its bounds`);
    if (bytes === "not-in-plan") return refuse(bytes, `${event.kind}: the plan has no such name`);
    const code = mind.call(OP.track, time(at / 1000 + this.#with!.clock), bytes);
    if (typeof code === "number") {
      const refusal = refused(code);
      if (!refusal.ok && UNUSABLE.includes(code)) throw new Fault("plan", refusal.say, code);
      return refusal;
    }
    this.#save();
    this.#reporter()?.changed();
    this.#decideSoon();
    return DONE;
  }

  #decideSoon(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.world.after(SETTLE, () => {
      this.#settling = false;
      this.#decide();
    });
  }

  #decide(): void {
    if (this.#stage !== "running" || !this.#consent.personalize) return;
    try {
      this.#life?.choices.decide();
      this.#save();
    } catch (fault) {
      this.#failed(fault);
    }
  }

  /** What makes reports, while they may be made. */
  #reporter(): Reports | undefined {
    const { world } = this;
    const vault = this.#vault;
    const life = this.#life;
    if (this.#reports || !life || this.#stage !== "running" || !this.#consent.measure) return this.#reports;
    const { base, api } = this.#with!;
    return (this.#reports = new Reports({
      call: (...args) => life.mind.call(...args),
      plan: life.plan,
      url: `${base}${api}/reports`,
      now: () => this.#now(),
      collector: life.published.collector,
      seal: async () => (await this.#seals()).seal,
      save: async (state) => this.#writer && vault.save(state, true),
      keep: (ready) => vault.keep(ready),
      tell: (ready) => {
        this.#times.ready ??= world.monotonic();
        this.#handed = true;
        world.tell({ tell: "ready", ready });
      },
      after: world.after,
      failed: (fault) => {
        if (fault instanceof Fault || fault instanceof Trapped) this.#failed(fault);
        else this.#note(new Fault("network", "sealing: its file did not load"));
      },
    }));
  }

  #seals(): Promise<Sealing> {
    return (this.#sealing ??= this.world.sealing().catch((fault: unknown) => {
      this.#sealing = undefined;
      throw fault;
    }));
  }

  /** Makes no more reports, and takes back what the page has. */
  #quiet(): void {
    this.#reports?.halt();
    this.#reports = undefined;
    this.#unready();
  }

  #unready(): void {
    if (this.#handed) this.world.tell({ tell: "unready" });
    this.#handed = false;
  }

  /** Stores the state, soon, and once for all that happens meanwhile. */
  #save(): void {
    this.#unsaved = true;
    this.#saving ??= this.#flush().catch((fault: unknown) => void this.#failed(fault));
  }

  async #flush(): Promise<void> {
    await null;
    try {
      while (this.#unsaved && this.#stage === "running") {
        this.#unsaved = false;
        if (!(await this.#vault.save(this.#life!.mind.sure(OP.save)))) this.#lost();
      }
    } finally {
      this.#saving = undefined;
    }
  }

  /** Another tab has become the writer. */
  #lost(): void {
    if (!this.#writer) return;
    this.#writer = false;
    this.#stage = "waiting";
    this.#quiet();
    this.#lock?.release();
    this.#lock = undefined;
    this.#hold();
  }

  /** The tab is hidden: stores all and gives the lock up. */
  #rest(): Promise<Outcome<unknown>> {
    return this.#alone(async () => {
      const lock = this.#lock;
      if (!lock || !this.#hidden) return DONE;
      if (this.#writer) {
        let enough = (): void => undefined;
        await Promise.race([this.#reports?.idle(), new Promise<void>((resolve) => (enough = this.world.after(LINGER, resolve)))]);
        enough();
        await this.#saving;
      }
      if (!this.#hidden || lock !== this.#lock) return DONE;
      this.#reports?.halt();
      this.#reports = undefined;
      this.#writer = false;
      this.#lock = undefined;
      lock.release();
      if (this.#stage === "running") {
        this.#stage = "waiting";
        this.#life!.mind.call(OP.clear);
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
      this.#quiet();
      this.#life?.choices.forget();
      const guard = await this.#vault.erase();
      if (stay && writer) {
        if (!guard) await this.#vault.open();
        this.#writer = true;
        await this.#resume();
        this.#decideSoon();
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
    if (fault instanceof Trapped && this.#life && !this.#traps++) {
      this.#stage = "waiting";
      this.#quiet();
      void this.#alone(() => this.#resume());
      return refuse("module", "the module failed at this and was started again");
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
    this.#quiet();
    this.#life = undefined;
    this.#writer = false;
    this.#lock?.release();
    this.#lock = undefined;
    this.#queue.drain(() => this.#refusal());
  }

  #note({ why, say, code }: Fault): void {
    this.#trouble.push({ why, say, ...(code && { code }) });
    this.world.tell({ tell: "trouble", why, say });
  }

  #refusal(): Outcome<never> {
    return this.#fault && any(this.#consent) ? refuse(this.#fault.why, this.#fault.say, this.#fault.code) : OFF;
  }

  #debug(): WorkerDebug {
    const life = this.#life;
    const { state, encrypted } = this.#vault;
    const refusal = this.#reports?.refusal ? [refused(this.#reports.refusal)] : [];
    const period = life && periodAt(life.plan, this.#now());
    return {
      stage: this.#stage,
      trouble: [...this.#trouble, ...refusal.flatMap((it) => (it.ok ? [] : [it]))],
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
