// The demonstration's bar at the foot of the shop's pages: what this browser reports,
// in the clear, and the button that ends the day. It is no part of the shop, and reads
// nothing but what the script tells every page.
import { script } from "../script";
import { element, fill } from "../shop/client/element";
import { read, storageOf, write } from "../shop/client/storage";
import { address, languageOf } from "../shop/language";
import { Demo, type State } from "./day";
import { askOwn, stand, standInWords, type Own } from "./own";
import { panel } from "./panel";
import { meet } from "./run";
import { day, say } from "./words";

const every = 2_000; // ms between two looks, while somebody sees the page
const openKey = "demo-open";
const source =
  document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : new URL("/demo/bar.js", location.href).href;

const l = languageOf(location.pathname);
const session = storageOf(window, "sessionStorage");
const demo = new Demo(fetch.bind(window));

function isTrue(value: unknown): value is true {
  return value === true;
}

function build(): void {
  const dunlin = script(window);
  const ending = document.body.dataset["page"] === "next"; // the page tells it all itself
  const status = element("p", { class: "dd-status", role: "status" }, say("starting", l));
  const today = element("p", { class: "dd-today" });
  const body = element("div", { class: "dd-panel", id: "dd-panel", hidden: true });
  const toggle = element("button", { type: "button", class: "dd-toggle", "aria-controls": "dd-panel", "aria-expanded": "false" });
  const join = element("button", { type: "button", class: "dd-join", hidden: true }, say("join", l));
  const next = element(
    "a",
    { class: "dd-next", href: address("next.html", l), "data-dunlin-leave": "", hidden: ending },
    say("nextDay", l),
  );
  const bar = element(
    "aside",
    { class: "dd", "aria-label": say("bar", l) },
    body,
    element(
      "div",
      { class: "dd-strip" },
      toggle,
      element("div", { class: "dd-words" }, status, today),
      join,
      element("a", { class: "dd-dashboard", href: "/" }, say("dashboard", l)),
      next,
    ),
  );
  document.body.append(bar);

  let own: Own | undefined;
  let shown = "";
  const show = (): void => {
    const now = JSON.stringify([own?.report, own?.hero, standInWords(own, l), body.hidden]);
    if (now === shown) return; // a screen reader hears changes alone
    shown = now;
    const at = stand(own);
    bar.dataset["stand"] = at;
    status.textContent = standInWords(own, l);
    join.hidden = !(at === "invite" || at === "refused" || at === "signal" || at === "measureOff");
    if (!body.hidden) fill(body, panel(own, l));
  };
  const look = async (): Promise<void> => {
    own = await askOwn(dunlin);
    show();
  };
  const open = (wide: boolean): void => {
    body.hidden = !wide;
    bar.classList.toggle("dd-open", wide);
    toggle.setAttribute("aria-expanded", String(wide));
    toggle.setAttribute("aria-label", say(wide ? "close" : "open", l));
    show();
  };
  toggle.addEventListener("click", () => {
    const wide = !bar.classList.contains("dd-open");
    write(session, openKey, wide ? true : null);
    open(wide);
  });
  join.addEventListener("click", () => void dunlin?.consent({ measure: true, personalize: true }).then(look));
  next.addEventListener("click", () => write(session, "demo-end", true));
  document.addEventListener("dunlin:consent", () => void look());
  open(!ending && read(session, openKey, isTrue) === true);

  const tell = (state: State): void => {
    const percent = `${Math.floor((100 * state.warming.done) / Math.max(1, state.warming.total))} %`;
    const parts = [say("today", l, { date: day(state.date, l) })];
    if (!state.ready) parts.push(say("warming", l, { percent }));
    today.textContent = parts.join(" · ");
  };
  let ready = false;
  const ask = async (): Promise<void> => {
    const state = await demo.state();
    if (!state.ok) {
      today.textContent = say("stateFailed", l);
      return;
    }
    ready = state.value.ready;
    const ground = { local: storageOf(window, "localStorage"), session, databases: window.indexedDB, dunlin };
    if (await meet(state.value.run, ground)) location.reload();
    else tell(state.value);
  };
  const tick = (): void => {
    if (document.visibilityState !== "visible") return;
    void look();
    if (!ready) void ask();
  };
  tick();
  setInterval(tick, every);
}

document.head.append(element("link", { rel: "stylesheet", href: source.replace(/bar\.js.*$/, "bar.css") }));
document.addEventListener("DOMContentLoaded", build);
