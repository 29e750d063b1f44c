import { expect, test } from "vitest";
import { link } from "../src/link";
import type { Outcome } from "../src/protocol";

test("what cannot be cloned is refused, and is not waited for", async () => {
  const posted: { id: number }[] = [];
  const worker = {
    postMessage(message: { id: number }) {
      structuredClone(message);
      posted.push(message);
    },
  } as unknown as Worker;
  let lost = 0;
  const ask = link(
    worker,
    () => undefined,
    () => lost++,
  );
  const strange = ask({ do: "track", event: { kind: "declare", attribute: "a", value: (() => 7) as unknown as number }, at: 0 });
  await expect(strange).rejects.toThrow(/could not be cloned/);
  const good = ask({ do: "debug" });
  expect(posted).toMatchObject([{ do: "debug" }]);
  worker.onmessage!({ data: { id: posted[0]!.id, outcome: { ok: true, value: 1 } } } as MessageEvent<{
    id: number;
    outcome: Outcome<number>;
  }>);
  expect(await good).toEqual({ ok: true, value: 1 });
  expect(lost).toBe(0);
});
