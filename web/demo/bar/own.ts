import type { Debug, Dunlin } from "../../sdk/src/api";
import type { ClearReport, WhyChoice } from "../../sdk/src/protocol";
import { MORE, TRIES } from "../../sdk/src/visit";
import { valueOf } from "../script";
import type { Language } from "../shop/language";
import { say } from "./words";

/** What the visitor's own browser says of itself. */
export interface Own {
  readonly debug: Debug | undefined;
  readonly report: ClearReport | undefined;
  readonly hero: WhyChoice | undefined;
}

/** Asks the script; undefined where there is none. */
export async function askOwn(dunlin: Dunlin | undefined): Promise<Own | undefined> {
  if (!dunlin) return undefined;
  const debug = valueOf(await dunlin.debug());
  const on = debug?.consent.measure === true || debug?.consent.personalize === true;
  if (!on || debug.why !== "") return { debug, report: undefined, hero: undefined };
  const [report, hero] = await Promise.all([dunlin.report(), dunlin.why("hero")]);
  const why = valueOf(hero);
  return { debug, report: valueOf(report), hero: why && "options" in why ? why : undefined };
}

/** Where the visitor's report stands. */
export type Stand =
  | "blocked" // no script
  | "invite" // not asked, or not answered
  | "refused"
  | "signal" // Global Privacy Control, and nothing else said
  | "measureOff" // the device chooses, and reports nothing
  | "bot"
  | "owner"
  | "trouble" // see the debug answer
  | "starting"
  | "otherTab"
  | "preparing" // there is something to report, and it is being sealed
  | "ready" // sealed, waiting for the page to be left
  | "owed" // its place has passed, and nothing has left yet
  | "sent"
  | "used"; // sent, and the day's places are used up: what comes now stays

/** Whether a report of this browser is among the day's. */
export function counted(own: Own | undefined): boolean {
  const at = stand(own);
  return at === "sent" || at === "used";
}

/** Says where the report stands. */
export function stand(own: Own | undefined): Stand {
  const debug = own?.debug;
  if (!own || !debug) return "blocked";
  const { consent, why, sends, worker } = debug;
  if (why === "bot" || why === "owner") return why;
  if (!consent.measure && !consent.personalize) return consent.said ? "refused" : consent.signal ? "signal" : "invite";
  if (!consent.measure) return "measureOff";
  if (why !== "" && why !== "off") return "trouble";
  if (worker?.stage === "stopped") return "trouble";
  if (worker?.stage === "waiting") return "otherTab";
  if (worker?.stage !== "running") return "starting";
  if (sends === null) return "starting";
  if (sends.owed >= TRIES) return "owed";
  if (sends.first && sends.more >= MORE && sends.ready) return "used";
  if (sends.first) return "sent"; // that an answer was not heard says little: pages die before it comes
  return sends.ready ? "ready" : "preparing";
}

/** That in a sentence. */
export function standInWords(own: Own | undefined, l: Language): string {
  const at = stand(own);
  switch (at) {
    case "trouble":
      return say("trouble", l, {
        say: own?.debug?.trouble.at(-1)?.say ?? own?.debug?.worker?.trouble.at(-1)?.say ?? own?.debug?.why ?? "",
      });
    case "preparing":
    case "ready":
    case "owed":
    case "sent":
    case "used": {
      const report = own?.report;
      const ones = report
        ? say(report.ones.length === 1 ? "one" : "ones", l, { n: report.ones.length, cells: report.cells })
        : say("bar", l);
      return `${ones}${l === "zh" ? "，" : "; "}${say(at, l)}`;
    }
    default:
      return say(at, l);
  }
}
