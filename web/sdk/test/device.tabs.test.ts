import { expect, test } from "vitest";
import { Browser, idOf, running } from "./tab";

test("a second tab waits: it writes nothing, reports nothing, and takes its events in when it is its turn", async () => {
  const browser = new Browser();
  const first = await running(browser);
  await first.report();
  await first.settle();
  const { pen } = browser.shelf;
  const writes = browser.shelf.writes.length;

  const second = browser.tab();
  void second.start();
  const view = second.view("bags");
  await second.settle();
  second.pass(500);
  expect(second.notices).toEqual([{ tell: "trouble", why: "no-lock", say: "another tab is in use" }]);
  expect(await second.debug()).toMatchObject({ stage: "waiting", revision: 0 });
  expect([browser.shelf.pen, browser.shelf.writes.length]).toEqual([pen, writes]);

  await first.ask({ do: "hide" });
  expect(await view).toMatchObject({ ok: true });
  expect((await second.report()).revision).toBe(2);
  expect(await first.debug()).toMatchObject({ stage: "waiting" });

  // Shown again, the first reads what the second has written.
  await first.ask({ do: "show" });
  expect(first.notices.at(-1)).toEqual({ tell: "unready" });
  await second.ask({ do: "hide" });
  const again = await first.report(2);
  expect(again.revision).toBe(3);
  expect(idOf(again)).toBe(idOf(first.ready[0]!));
});

test("a tab hidden before it had the lock no longer wants it", async () => {
  const browser = new Browser();
  const first = await running(browser);
  const second = browser.tab();
  void second.start();
  await second.ask({ do: "hide" });
  await first.ask({ do: "hide" });
  await second.settle();
  expect(browser.locks!.held).toBe(false);
  expect(second.told("trouble")).toHaveLength(0);
  await second.ask({ do: "show" });
  expect(await second.view()).toMatchObject({ ok: true });
});

test("hidden and shown at once, nothing stops", async () => {
  const tab = await running();
  await tab.report();
  void tab.ask({ do: "hide" });
  await tab.ask({ do: "show" });
  expect(await tab.view()).toMatchObject({ ok: true });
  await tab.settle();
  expect(await tab.debug()).toMatchObject({ stage: "running", trouble: [] });
  expect(tab.browser.locks!.held).toBe(true);
});

test("what was sent while the page goes is followed by the next revision before the lock is let go", async () => {
  const browser = new Browser();
  const tab = await running(browser);
  await tab.report();
  void tab.ask({ do: "sent", revision: 1 });
  await tab.ask({ do: "hide" });
  expect(browser.locks!.held).toBe(false);
  expect((browser.shelf.values["kept"] as { revision: number }).revision).toBe(2);
});

test("erased from another window: the writer loses the pen, and the other goes on with what is left", async () => {
  const browser = new Browser();
  const first = await running(browser);
  const before = await first.report();
  const second = browser.tab();
  void second.start();
  expect(await second.ask({ do: "forget" })).toEqual({ ok: true, value: { offered: true } });
  expect(Object.keys(browser.shelf.values).sort()).toEqual(["erased", "key", "state"]);

  await first.view("shoes");
  await first.until(() => first.told("unready").length);
  await second.view();
  const after = await second.report();
  expect([idOf(after), after.revision]).toEqual([idOf(before), 2]);
  expect(browser.shelf.values).not.toHaveProperty("erased");
  expect(await first.debug()).toMatchObject({ stage: "waiting" });
});

test("too much that waits drops the oldest", async () => {
  const browser = new Browser();
  const first = await running(browser);
  const second = browser.tab();
  void second.start();
  const views = Array.from({ length: 203 }, () => second.view());
  expect(await Promise.all(views.slice(0, 3))).toEqual(Array(3).fill(expect.objectContaining({ ok: false, why: "no-lock" })));
  await first.ask({ do: "hide" });
  expect(await Promise.all(views.slice(3))).toEqual(Array(200).fill({ ok: true, value: undefined }));
});
