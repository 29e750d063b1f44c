import { openJournal } from "../src/journal";
import { expect, test } from "vitest";
import { OP } from "../src/module";
import { sealOutgoing } from "../src/outgoing";
import { decodePlan } from "../src/plan";
import type { Ready } from "../src/protocol";
import { Reports, type ReportsOptions } from "../src/reports";
import { bytes, published, vectors } from "./vectors";

const { outgoing } = vectors;
const steps = async () => {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
};

const unsealed = (answer: Uint8Array) => sealOutgoing(answer, (_, plaintext) => Promise.resolve(plaintext));

/** Reports of a module that answers as Go's did, with a diary of what was done. */
function reports(more: Partial<ReportsOptions> = {}) {
  const diary: string[] = [];
  const told: Ready[] = [];
  const timers: { ms: number; call: () => void }[] = [];
  const vault = { journal: openJournal(null) };
  const made = new Reports({
    mind: {
      call: (op) => {
        if (op === OP.measure) return Uint8Array.of(1, 2, 3);
        diary.push(op === OP.report ? "report" : op === OP.again ? "again" : op === OP.frame ? "frame" : "?");
        return op === OP.report || op === OP.again ? bytes(outgoing.answer) : Uint8Array.of(1, 2, 3);
      },
    },
    plan: decodePlan(published),
    url: "/reports",
    now: () => vectors.start,
    collector: () => vectors.start,
    vault,
    seal: async () => (answer) =>
      sealOutgoing(answer, (recipient, plaintext) => {
        diary.push(`seal ${recipient === outgoing.leader ? "leader" : recipient === outgoing.helper ? "helper" : "?"}`);
        return Promise.resolve(plaintext);
      }),
    save: async () => {
      await steps();
      diary.push("saved");
      return true;
    },
    keep: () => Promise.resolve(diary.push("kept") > 0),
    tell: (ready) => {
      diary.push("told");
      told.push(ready);
    },
    after: (ms, call) => {
      const timer = { ms, call };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
    failed: (fault) => diary.push(`failed ${String(fault)}`),
    ...more,
  });
  return { made, diary, told, timers, vault };
}

test("the first change is reported at once, the following after a pause, together", async () => {
  const { made, timers } = reports();
  made.changed();
  expect(timers.map(({ ms }) => ms)).toEqual([0]);
  timers.shift()!.call();
  made.changed();
  made.changed();
  expect(timers.map(({ ms }) => ms)).toEqual([1000]);
  made.halt();
  expect(timers).toEqual([]);
  made.changed();
  expect(timers).toEqual([]);
  await made.idle();
});

test("a report is told when its state is stored and its bytes are kept, not before", async () => {
  const { made, diary, told } = reports();
  made.renew();
  await made.idle();
  expect(diary).toEqual(["report", "seal leader", "seal helper", "saved", "frame", "kept", "told"]);
  expect(told).toMatchObject([{ url: "/reports", revision: outgoing.revision, date: outgoing.date, end: vectors.start + 86_400 }]);
  expect(new Uint8Array(told[0]!.bytes)).toEqual(Uint8Array.of(1, 2, 3));
});

test("asked again while one is made, one more is made, however often it was asked", async () => {
  const { made, told } = reports();
  made.renew();
  made.renew();
  made.renew();
  await made.idle();
  expect(told).toHaveLength(2);
});

test("a revision that has not left is made again, one that left while it was made is followed by the next", async () => {
  const { made, diary } = reports();
  const calls = () => diary.filter((what) => what === "report" || what === "again");
  made.renew();
  await made.idle();
  made.renew();
  while (!calls().includes("again")) await Promise.resolve();
  made.sent(); // the first, while the second is being made in its place
  await made.idle();
  expect(calls()).toEqual(["report", "again", "report"]);
  made.renew();
  await made.idle();
  expect(calls().at(-1)).toBe("again");
});

test.each<[string, Partial<ReportsOptions>]>([
  ["the state was not stored", { save: () => Promise.resolve(false) }],
  ["the module has another device by now", { mind: { call: (op) => (op === OP.report ? bytes(outgoing.answer) : -4) } }],
])("nothing is kept or told if %s", async (_, more) => {
  const { made, diary } = reports(more);
  made.renew();
  await made.idle();
  expect(diary).not.toContain("kept");
  expect(diary).not.toContain("told");
});

test("halted while one is made, it is dropped", async () => {
  const { made, diary } = reports();
  made.renew();
  await Promise.resolve();
  made.halt();
  await made.idle();
  await steps();
  expect(diary).not.toContain("told");
});

test("a refusal is remembered until there is a report", async () => {
  let code = -26;
  const { made, told } = reports({ mind: { call: (op) => (op !== OP.report ? Uint8Array.of(1) : code || bytes(outgoing.answer)) } });
  made.renew();
  await made.idle();
  expect([made.refusal, told.length]).toEqual([-26, 0]);
  code = 0;
  made.renew();
  await made.idle();
  expect([made.refusal, told.length]).toEqual([0, 1]);
});

test("a failure is told, and the next report is made all the same", async () => {
  let fails = true;
  const { made, diary, told } = reports({
    seal: () => (fails ? Promise.reject(new TypeError("gone")) : Promise.resolve(unsealed)),
  });
  made.renew();
  await made.idle();
  expect(diary).toEqual(["failed TypeError: gone"]);
  fails = false;
  made.renew();
  await made.idle();
  expect(told).toHaveLength(1);
});
