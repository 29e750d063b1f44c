// The page on which a day of the demonstration ends. Coming here hides the page before,
// which is where a report leaves; so by the time that the day is closed it has arrived.
import { script } from "../script";
import { element, fill, type Child } from "../shop/client/element";
import { read, storageOf, write } from "../shop/client/storage";
import { address, languageOf } from "../shop/language";
import { spread } from "../reading";
import { Demo, type Closing, type Progress, type State } from "./day";
import { askOwn, counted, stand, standInWords, type Own } from "./own";
import { beside, sumsOf } from "./released";
import { Steps, type Step } from "./steps";
import { count, day, say } from "./words";

const patience = 4_000; // ms that a report gets to arrive before its way is explained
const pause = 300; // ms between two looks

const l = languageOf(location.pathname);
const session = storageOf(window, "sessionStorage");
const demo = new Demo(fetch.bind(window));
const dunlin = script(window);

function isTrue(value: unknown): value is true {
  return value === true;
}

function wait(ms: number): Promise<void> {
  return new Promise((settle) => setTimeout(settle, ms));
}

function button(text: string, click: () => void, kind = ""): HTMLButtonElement {
  const made = element("button", { type: "button", class: `button ${kind}` }, text);
  made.addEventListener("click", click);
  return made;
}

/** Parts of a day's end, in their order. */
type Part = "own" | "warm" | Exclude<Closing["phase"], "idle" | "failed">;

/** One day's end, from the visitor's report to the released sums. */
class Ending {
  private readonly steps = new Steps(l);
  private readonly result = element("div", { class: "de-result", "aria-live": "polite" });
  private own: Own | undefined;
  private skip = false;
  private readonly started = performance.now();

  constructor(
    private readonly place: Element,
    private readonly state: State,
  ) {}

  async run(): Promise<void> {
    fill(this.place, element("h1", {}, say("endTitle", l, { date: day(this.state.date, l) })), this.steps.list, this.result);
    this.draw("own");
    await this.report();
    await this.warm();
    await this.close();
  }

  private draw(at: Part, progress?: Progress, note?: Child): void {
    const away = counted(this.own);
    const others = count(this.state.visitors, l);
    const parts: (readonly [part: Part, text: string])[] = [
      ["own", at === "own" ? say("stepOwnWait", l) : away ? say("stepOwn", l) : say("stepOwnNone", l)],
      ["warm", say("stepWarm", l)],
      ["visitors", say("stepVisitors", l, { n: others })],
      ["sending", say("stepSending", l)],
      ["releasing", say("stepReleasing", l)],
    ];
    if (this.state.ready) parts.splice(1, 1); // nobody has to catch up
    const now = at === "done" ? parts.length : parts.findIndex(([part]) => part === at);
    const left = !away && at !== "own" ? element("span", { class: "de-note" }, standInWords(this.own, l)) : null;
    this.steps.show(
      parts.map(([part, text], i): Step => ({
        text,
        state: i > now ? "waits" : i === now ? "runs" : part === "own" && !away ? "left" : "done",
        progress: i === now ? progress : undefined,
        note: i === now ? (note ?? null) : part === "own" ? left : null,
      })),
    );
  }

  /** Waits until the visitor's own report has arrived, if there is one. */
  private async report(): Promise<void> {
    const start = performance.now();
    for (;;) {
      this.own = await askOwn(dunlin);
      const at = stand(this.own);
      const passed = performance.now() - start;
      const coming = at === "owed" || at === "starting" || at === "preparing" || at === "ready";
      if (this.skip || (passed > 1_000 && !coming)) return;
      // A report that is only made here leaves with the next page: it can't be waited for.
      if (passed > patience && at !== "owed") return;
      const note = element(
        "span",
        { class: "de-note" },
        say("stepOwnOwed", l),
        " ",
        button(say("without", l), () => (this.skip = true), "plain small"),
      );
      this.draw("own", undefined, passed > patience ? note : undefined);
      await wait(pause);
    }
  }

  /** Waits for the other visitors, who relive their 90 days after each start of the demonstration. */
  private async warm(): Promise<void> {
    for (;;) {
      const state = await demo.state();
      if (!state.ok || state.value.ready) return;
      this.draw("warm", state.value.warming);
      await wait(pause);
    }
  }

  private async close(): Promise<void> {
    const began = await demo.end(this.state.date);
    if (!began.ok && began.status !== 409) return this.fail(began.say);
    for (;;) {
      const closing = await demo.closing();
      if (!closing.ok) return this.fail(closing.say);
      const { phase } = closing.value;
      if (phase === "failed") return this.fail(closing.value.error);
      if (phase === "done") return this.finish(closing.value);
      if (phase !== "idle") this.draw(phase, closing.value);
      await wait(pause);
    }
  }

  private fail(reason: string): void {
    fill(
      this.result,
      element("p", { class: "note", role: "alert" }, say("failed", l, { say: reason })),
      button(say("again", l), () => void begin(this.place)),
    );
  }

  private async finish(closing: Closing): Promise<void> {
    this.draw("done");
    const date = closing.date === "" ? this.state.date : closing.date;
    const seconds = ((performance.now() - this.started) / 1000).toFixed(0);
    const sums = await sumsOf(date, fetch.bind(window));
    fill(
      this.result,
      element("h2", {}, say("done", l, { date: day(date, l) })),
      element("p", {}, say("doneText", l, { seconds })),
      element(
        "p",
        { class: "de-links" },
        element("a", { class: "button", href: "/" }, say("seeDashboard", l)),
        element("a", { class: "button plain", href: address("", l) }, say("goOn", l)),
      ),
      typeof sums === "object" ? this.part(sums) : sums === "sign in" && element("p", { class: "note" }, say("signIn", l)),
    );
  }

  private part(sums: Parameters<typeof beside>[0]): Child {
    const mine = counted(this.own);
    const report = mine ? this.own?.report : undefined;
    const noise = spread(sums.plan.sigma2);
    const rows = beside(sums, report, l);
    return [
      element("h2", {}, say("part", l)),
      element("p", {}, mine ? say("partText", l, { w: sums.plan.weight, n: noise }) : say("partNone", l)),
      stand(this.own) === "used" && element("p", { class: "note" }, say("partUsed", l)),
      element(
        "table",
        { class: "de-table" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "col" }, say("what", l)),
            element("th", { scope: "col" }, say("yours", l)),
            element("th", { scope: "col" }, say("released", l)),
          ),
        ),
        element(
          "tbody",
          {},
          rows.map((row) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, row.what),
              element("td", {}, row.own),
              element("td", {}, count(row.released, l), element("small", {}, ` ± ${noise}`)),
            ),
          ),
        ),
      ),
    ];
  }
}

/** Begins to end the day at once: the visitor has asked for it. */
async function begin(place: Element): Promise<void> {
  const state = await demo.state();
  if (state.ok) await new Ending(place, state.value).run();
  else
    fill(
      place,
      element("h1", {}, say("nextDay", l)),
      element("p", { class: "note", role: "alert" }, say("stateFailed", l)),
      button(say("again", l), () => void begin(place)),
    );
}

/** Asks first: the page was opened or loaded again, and no button pressed. */
async function offer(place: Element): Promise<void> {
  const state = await demo.state();
  if (!state.ok) return begin(place);
  fill(
    place,
    element("h1", {}, say("endTitle", l, { date: day(state.value.date, l) })),
    element("p", { class: "lead" }, say("endText", l, { n: count(state.value.visitors, l) })),
    button(say("end", l), () => void begin(place)),
  );
}

const place = document.querySelector("[data-next]");
if (place) {
  const asked = read(session, "demo-end", isTrue) === true;
  write(session, "demo-end", null);
  void (asked ? begin(place) : offer(place));
}
