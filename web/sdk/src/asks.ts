/**
 * What a visitor asks of the device, and corrects: a chunk of its own, which the Worker
 * loads when the first such request comes. Nothing of it is needed to measure or choose.
 *
 * @module
 */

import { CARRY, type Chunk as Carry } from "./carry";
import { clearReport } from "./clear";
import { decodeDecision } from "./decision";
import { decodeBudget, decodeFacts, variableOf } from "./facts";
import { done, OFF, refuse, refused } from "./fault";
import { behind, counts } from "./behind";
import { listed } from "./journal";
import type { Life } from "./life";
import { OP } from "./module";
import { bare, pick, reach, surveys } from "./offers";
import { named } from "./plan";
import type { Consent, Outcome, Request } from "./protocol";
import type { Vault } from "./vault";
import { time } from "./wire";

/** Requests that this chunk answers. */
export type Wish = Extract<
  Request,
  { do: "why" | "report" | "facts" | "budget" | "journal" | "erase" | "pause" | "export" | "import" | "list" | "reach" | "surveys" }
>;

/** What it answers with. */
export interface Means {
  readonly life: Life;
  readonly vault: Vault;
  /** Unix seconds of the device's clock. */
  readonly now: () => number;
  /** This tab is the writer, and its state is loaded. */
  readonly runs: () => boolean;
  readonly consent: () => Consent;
  /** The module's answer on a slot or campaign. */
  readonly decide: (name: string) => Outcome<Uint8Array>;
  readonly save: () => void;
  /** The state has changed: it is to be stored, choices and report to be made anew. */
  readonly changed: () => void;
  /** Nothing is made or sent any more; what the page has is taken back. */
  readonly rest: () => void;
  readonly carry: () => Promise<Carry>;
  readonly subtle: SubtleCrypto;
}

/** What the chunk exports. */
export interface Chunk {
  readonly answer: typeof answer;
}

/** Answers a wish. */
export async function answer(wish: Wish, means: Means): Promise<Outcome<unknown>> {
  const { life, vault, now, changed } = means;
  const { plan, mind } = life;
  const at = time(now());
  switch (wish.do) {
    case "why": {
      if (!means.consent().personalize) return OFF;
      if (named(plan.lists, wish.slot) >= 0) {
        const last = vault.journal.lists?.find(({ list }) => list === wish.slot);
        return last ? done(last) : refuse("not-in-plan", "this list has offered nothing yet");
      }
      means.save();
      if (named(plan.messages, wish.slot) >= 0) {
        const answer = reach({ mind, plan, now: now(), subtle: means.subtle }, wish.slot);
        return answer.ok ? done({ message: wish.slot, ...answer.value }) : answer;
      }
      const decision = means.decide(wish.slot);
      return decision.ok ? done(decodeDecision(plan, decision.value)) : decision;
    }
    case "list":
    case "reach":
    case "surveys": {
      if (!means.consent().personalize) return OFF;
      means.save();
      const offer = { mind, plan, now: now(), subtle: means.subtle };
      if (wish.do === "list") {
        const offered = await pick(offer, wish);
        if (!offered.ok) return offered;
        listed(vault.journal, offered.value);
        means.save();
        return done(bare(offered.value));
      }
      return wish.do === "reach" ? reach(offer, wish.message) : surveys(offer, wish.exit);
    }
    case "report":
      return clearReport(plan, mind.sure(OP.measure, at), vault.state, now());
    case "facts": {
      const facts = mind.sure(OP.facts, at);
      const places = {
        slots: names(plan.slots),
        campaigns: names(plan.campaigns.filter(({ chosen }) => chosen)),
        lists: names(plan.lists),
        messages: names(plan.messages),
      };
      return done({ ...decodeFacts(plan, facts), places });
    }
    case "budget":
      return done(decodeBudget(mind.sure(OP.budget, at)));
    case "journal":
      return done(vault.journal);
    case "erase": {
      const variable = variableOf(plan, wish.variable);
      if (variable < 0) return refuse("not-in-plan", "the plan has no such variable");
      const code = mind.call(OP.erase, at, [variable]);
      if (typeof code === "number") return refused(code);
      const { journal } = vault;
      // Their reasons may rest on what is erased.
      delete journal.lists;
      if (!counts(wish.variable)) journal.events = journal.events.filter(({ event }) => !behind(wish.variable, event));
      changed();
      return done(undefined);
    }
    case "pause": {
      const { paused } = wish;
      if (paused === undefined || paused === vault.paused) return done({ paused: vault.paused });
      if (!(await vault.pause(paused))) return refuse("no-lock", "another tab is in use");
      if (paused) means.rest();
      else changed();
      return done({ paused });
    }
    case "export": {
      const exported = mind.call(OP.export, at);
      if (typeof exported === "number") return refused(exported);
      // The module has marked its own part of what is counted: that must not be lost.
      if (!(await vault.save(mind.sure(OP.save), true))) return refuse("no-lock", "another tab is in use");
      return carried(async () => ({ file: await (await means.carry()).lock(wish.passphrase, plan.site, exported) }));
    }
    case "import": {
      const opened = await carried(async () => (await means.carry()).unlock(wish.passphrase, plan.site, wish.file));
      if (!opened.ok) return opened;
      // It takes a while: another tab may be the writer by now.
      if (!means.runs()) return refuse("no-lock", "another tab is in use");
      const code = mind.call(OP.import, time(now()), opened.value);
      if (typeof code === "number")
        return refuse("input", "the module takes nothing from this file", code === REFUSED ? CARRY.damaged : code);
      changed();
      return done(undefined);
    }
    default:
      return refuse("input", "ask: no such request");
  }
}

/** What the carrying chunk makes, or says is wrong: no fault of the device's. */
async function carried<T>(make: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return done(await make());
  } catch (fault) {
    const { code, message } = fault as { readonly code?: number; readonly message?: string };
    return refuse("input", message ?? String(fault), typeof code === "number" ? code : undefined);
  }
}

/** The module's code for bytes that are no export. */
const REFUSED = -33;

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}
