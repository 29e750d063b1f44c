// Run by the Go test of reports: a device under the plan in a folder, with a visitor who
// looks, chooses and buys. Writes what it would send, and what the visitor is told of it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Choice, ClearReport, Outcome } from "../src/protocol";
import { Browser, running } from "./tab";

const folder = process.argv[2]!;
const browser = new Browser();
browser.signed = Uint8Array.from(readFileSync(join(folder, "plan.signed")));
browser.officer = readFileSync(join(folder, "officer.txt"), "utf8");
browser.priors = null;

const tab = await running(browser);
const first = await tab.report();
const sure = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.say);
  return outcome.value;
};
await tab.ask({ do: "sent", revision: first.revision });
await tab.report(2);
const { variant } = sure(await tab.ask<Choice>({ do: "choose", slot: "hero" }));
sure(await tab.track({ kind: "exposure", slot: "hero", variant }));
sure(await tab.track({ kind: "click", topics: [], slot: "hero" }));
sure(await tab.track({ kind: "assign", campaign: "spring_mail", arm: "mail_a" }));
sure(await tab.track({ kind: "order", topics: ["shoes"], value: 49.9 }));
tab.pass(1000);
const second = await tab.report(3); // made again: the one before had not left
const clear = sure(await tab.ask<ClearReport>({ do: "report" }));

writeFileSync(join(folder, "first"), new Uint8Array(first.bytes));
writeFileSync(join(folder, "second"), new Uint8Array(second.bytes));
writeFileSync(join(folder, "clear.json"), JSON.stringify(clear));
