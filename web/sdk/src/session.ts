/**
 * The device at work under one plan: events in, choices and reports out.
 *
 * @module
 */

import type { Chunk as Carry } from "./carry";
import { Choices } from "./choices";
import type { Keys } from "./event";
import { done, Fault, OFF, refuse, refused } from "./fault";
import type { Life } from "./life";
import type { Chunk as Asks, Wish } from "./asks";
import { left, note } from "./journal";
import { OP, Trapped } from "./module";
import { named } from "./plan";
import type { Choice, Consent, Outcome, PageEvent, Ready, Request } from "./protocol";
import type { Reports } from "./reports";
import type { Chunk } from "./sealing";
import type { Vault } from "./vault";
import { time } from "./wire";

/** From the last event to the choices that it may change, ms. */
const SETTLE = 30;

/** Codes by which the module refuses whatever is done under the plan: an older one, an expired one. */
const UNUSABLE: readonly number[] = [-21, -22];

/** Requests that want the running device. */
export type Turn = Extract<Request, { do: "track" | "choose" | "unsent" }> | Wish;

/** What a session works with. */
export interface SessionOptions {
  readonly life: Life;
  readonly vault: Vault;
  /** Where reports go. */
  readonly url: string;
  /** Unix seconds of the device's clock, and how far it is ahead of the browser's. */
  readonly now: () => number;
  readonly ahead: number;
  readonly after: (ms: number, call: () => void) => () => void;
  readonly seal: () => Promise<Chunk>;
  readonly asks: () => Promise<Asks>;
  readonly carry: () => Promise<Carry>;
  readonly subtle: SubtleCrypto;
  /** What may be done at this moment. */
  readonly consent: () => Consent;
  /** This tab is the writer, and its state is loaded. */
  readonly runs: () => boolean;
  /** The state has changed: it is to be stored. */
  readonly save: () => void;
  readonly decided: (choices: readonly Choice[]) => void;
  readonly ready: (ready: Ready) => void;
  /** What was told ready must not be sent. */
  readonly unready: () => void;
  /** Ends the session, or begins it anew, as the fault asks. */
  readonly failed: (fault: unknown) => Outcome<never>;
  /** Hears of a fault that ends nothing. */
  readonly note: (fault: Fault) => void;
}

/** One plan's work in one tab. */
export class Session {
  readonly #choices: Choices;
  #reports: Reports | undefined;
  #loading: Promise<unknown> | undefined;
  /** The page has bytes in its hands. */
  #handed = false;
  #settling = false;

  constructor(readonly options: SessionOptions) {
    this.#choices = new Choices({ ...options, ...options.life, tell: options.decided });
  }

  /** The module's code for why there is no newer report; 0 if there is one. */
  get refusal(): number {
    return this.#reports?.refusal ?? 0;
  }

  /** Answers what wants the running device. */
  act(turn: Turn): Outcome<unknown> | Promise<Outcome<unknown>> {
    const { life, vault, now, consent, save, failed, asks, runs } = this.options;
    const { kept } = vault;
    try {
      switch (turn.do) {
        case "track": {
          const { itemsOf, keysOf } = life.names;
          const ids = itemsOf(turn.event);
          if (!ids.length) return this.#track(turn.event, turn.at);
          return keysOf(ids, this.options.subtle)
            .then((keys) => (runs() ? this.#track(turn.event, turn.at, keys) : OFF))
            .catch(failed);
        }
        case "choose":
          if (!consent().personalize) return OFF;
          save();
          return this.#choices.choose(turn.slot);
        case "unsent":
          return done(consent().measure && kept && kept.end > now() ? kept : null);
        default:
          return asks()
            .then(({ answer }) =>
              runs()
                ? answer(turn, {
                    ...this.options,
                    decide: (slot) => this.#choices.ask(slot),
                    changed: () => this.#changed(),
                    rest: () => this.#rest(),
                  })
                : OFF,
            )
            .catch(failed);
      }
    } catch (fault) {
      return failed(fault);
    }
  }

  #track(event: PageEvent, at: number, keys?: Keys): Outcome {
    const { life, vault, ahead, consent } = this.options;
    const { plan, mind, names } = life;
    const { measure, personalize } = consent();
    if (!personalize) {
      if (!measure) return OFF;
      // Nothing was chosen, so nothing that was chosen can have been seen or clicked.
      const { campaigns } = plan;
      if (/^(exposure|listed|picked|reached|responded)$/.test(event.kind)) return OFF;
      if (event.kind === "assign" && campaigns[named(campaigns, event.campaign)]?.chosen) return OFF;
      if (event.kind === "click") event = { kind: "click", topics: event.topics };
    }
    event = names.forgetWords(plan, event);
    const bytes = names.encodeEvent(plan, event, keys);
    if (bytes === "input") return refuse(bytes, `${event.kind}: a value of another kind, or out of its bounds`);
    if (bytes === "not-in-plan") return refuse(bytes, `${event.kind}: the plan has no such name`);
    const code = mind.call(OP.track, time(at / 1000 + ahead), bytes);
    if (typeof code === "number") {
      const refusal = refused(code);
      if (UNUSABLE.includes(code)) throw new Fault("plan", refusal.say, code);
      return refusal;
    }
    note(vault.journal, Math.floor(at / 1000 + ahead), event);
    this.#changed();
    return done(undefined);
  }

  #changed(): void {
    this.options.save();
    this.report();
    this.decideSoon();
  }

  #rest(): void {
    this.halt();
    this.unready();
  }

  /** Chooses for all slots once what happens now has happened. */
  decideSoon(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.options.after(SETTLE, () => {
      this.#settling = false;
      this.decide();
    });
  }

  decide(): void {
    const { consent, runs, save, failed } = this.options;
    if (!runs() || !consent().personalize) return;
    try {
      this.#choices.decide();
      save();
    } catch (fault) {
      failed(fault);
    }
  }

  /** Something happened that a report may say: one is made, if any may be. */
  report(): void {
    const { seal, note } = this.options;
    if (!this.#may()) return;
    if (this.#reports) return this.#reports.changed();
    this.#loading ??= seal()
      .then(
        (chunk) => this.#may() && (this.#reports = this.#maker(chunk)).changed(),
        () => note(new Fault("network", "sealing: its file did not load")),
      )
      .then(() => (this.#loading = undefined));
  }

  /** Reports may be made at this moment. */
  #may(): boolean {
    return this.options.runs() && this.options.consent().measure;
  }

  #maker({ Reports, pack }: Chunk): Reports {
    const { life, vault, runs, ready, failed, note } = this.options;
    return new Reports({
      ...this.options,
      ...life,
      seal: async () => pack,
      collector: life.published.collector,
      save: async (state) => runs() && vault.save(state, true),
      keep: (it) => vault.keep(it),
      tell: (it) => {
        this.#handed = true;
        ready(it);
      },
      failed: (fault) => {
        if (fault instanceof Fault || fault instanceof Trapped) failed(fault);
        else note(new Fault("network", "sealing failed"));
      },
    });
  }

  /** The ready bytes have left the page: the next revision takes their place. */
  sent(revision: number): void {
    const { vault, now, runs, save } = this.options;
    this.#handed = false;
    left(vault.journal, revision, Math.floor(now()));
    if (runs()) save();
    this.#reports?.sent();
  }

  /** Resolves when no report is being made. */
  async idle(): Promise<void> {
    await this.#loading;
    await this.#reports?.idle();
  }

  /** Makes no more reports; what the page has it may send. */
  halt(): void {
    this.#reports?.halt();
    this.#reports = undefined;
  }

  /** Takes back what the page has. */
  unready(): void {
    if (this.#handed) this.options.unready();
    this.#handed = false;
  }

  /** Ends: nothing is made, told or sent any more of what was. */
  quiet(): void {
    this.halt();
    this.unready();
    this.#choices.forget();
  }
}
