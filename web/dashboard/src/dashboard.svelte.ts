/**
 * What the dashboard is showing: who is signed in, where the address points, and the
 * report of its dates. Views read it; only its methods change it.
 *
 * @module
 */
import { createContext, flushSync } from "svelte";
import type { Answers, Changes, Report, Session, Site, SiteRole } from "./api.ts";
import { daysOf } from "./calendar.ts";
import type { Client, Credentials, Fault, Outcome } from "./client.ts";
import { preferredLanguage } from "./language.ts";
import { datesOf, formatPlace, parsePlace, sharedToken, signInToken, start, type Place } from "./location.ts";
import { keepScheme, pickedScheme, type Scheme } from "./scheme.ts";
import { Words } from "./words.ts";

/** Where one stands before the numbers. */
export type Phase = "starting" | "linking" | "locked" | "out" | "in";

/** What the sign-in page says above its form. */
export type Notice = "" | "linkUsed" | "wrong" | "ended" | "over" | "wrongPassword";

/** A call that failed, in the console's words where it had any. */
export interface Trouble {
  readonly fault: Fault;
  readonly detail: string;
}

/** What somebody wrote of a date. */
export interface Annotation {
  readonly date: string;
  readonly text: string;
}

/** Reports kept, so that going back to dates just seen is at once. */
const kept = 24;

/** The state of one page. */
export class Dashboard {
  phase = $state<Phase>("starting");
  notice = $state<Notice>("");
  session = $state.raw<Session | undefined>();
  site = $state.raw<Site | undefined>();
  /** Those that the reader may see, by name. */
  sites = $state.raw<readonly SiteRole[]>([]);
  /** The reader has no role anywhere, or not at the site in the address. */
  hidden = $state<"" | "all" | "one">("");
  report = $state.raw<Report | undefined>();
  /** Of the view that asks for them. */
  answers = $state.raw<Answers | undefined>();
  /** What happened on which date, for the chart of dates. */
  annotations = $state.raw<readonly Annotation[]>([]);
  /** Where the address asks for a comparison. */
  changes = $state.raw<Changes | undefined>();
  trouble = $state.raw<Trouble | undefined>();
  /** There is no release: at all, or in the range. */
  empty = $state<"" | "site" | "range">("");
  /** A shared link's reader: sees its one view. */
  readonly guest = $derived(this.session?.role === "guest");
  /** The session was begun by a link, so a new password needs no old one. */
  readonly byLink = $derived(this.session?.link ?? false);
  /** A report is on its way; the one before stays in view. */
  loading = $state(false);
  place = $state.raw<Place>(start);
  /** As the reader picked; undefined: the system's. */
  picked = $state<Scheme | undefined>();
  #system = $state<Scheme>("light");
  #printing = $state(false);
  #browserLanguage = preferredLanguage([]);

  readonly #window: Window;
  readonly #client: Client;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- a cache: what is shown is `report`
  readonly #reports = new Map<string, Report>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- likewise
  readonly #answers = new Map<string, Answers>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- likewise
  readonly #changes = new Map<string, Changes>();
  /** The newest question: an answer to an older one is dropped. */
  #asked = 0;

  /**
   * @param window - the page's: its address, languages, storage and colour scheme
   * @param client - asks the console
   */
  constructor(window: Window, client: Client) {
    this.#window = window;
    this.#client = client;
    this.picked = pickedScheme(() => window.localStorage);
    this.#browserLanguage = preferredLanguage(window.navigator.languages);
    this.place = parsePlace(window.location.hash);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.#system = dark.matches ? "dark" : "light";
    dark.addEventListener("change", ({ matches }) => (this.#system = matches ? "dark" : "light"));
    const print = window.matchMedia("print");
    this.#printing = print.matches;
    print.addEventListener("change", ({ matches }) => {
      this.#printing = matches;
      flushSync(); // what is printed is what stands there when this returns
    });
    window.addEventListener("hashchange", () => void this.#arrive());
    window.document.addEventListener("visibilitychange", () => {
      if (window.document.visibilityState === "visible") void this.freshen();
    });
  }

  readonly language = $derived.by(() => this.place.language ?? this.#browserLanguage);
  readonly words = $derived.by(() => new Words(this.language, this.place.interval));
  /** The page is being printed. */
  readonly printing = $derived.by(() => this.#printing);
  /** Paper is light, whatever the screen is. */
  readonly scheme = $derived.by<Scheme>(() => (this.#printing ? "light" : (this.picked ?? this.#system)));

  /** Signs in by the link's token if the address holds one, and fetches what it points at. */
  async begin(): Promise<void> {
    const token = signInToken(this.#window.location.hash);
    if (token) {
      // Out of the address at once: it must not end up in a bookmark or on a screen that is shared.
      this.#replace(start);
      this.phase = "linking";
      const outcome = await this.#client.signIn({ token });
      if (outcome.ok) return this.#enter();
      this.notice = outcome.fault === "wrong-secret" ? "linkUsed" : "";
      this.trouble = this.notice ? undefined : outcome;
      this.phase = "out";
      return;
    }
    const shared = sharedToken(this.#window.location.hash);
    if (shared) return this.openShared("");
    await this.#enter();
  }

  /** Shows the view of the shared link in the address, which may want a password. */
  async openShared(password: string): Promise<void> {
    const token = sharedToken(this.#window.location.hash) ?? "";
    const outcome = await this.#client.openShared(token, password);
    this.trouble = undefined;
    this.notice = "";
    if (outcome.ok) {
      const language = this.place.language;
      this.session = { signed_in: true, role: "guest", name: outcome.value.name, demo: false };
      this.place = { ...parsePlace(outcome.value.fragment), language };
      this.phase = "in";
      return this.load();
    }
    if (outcome.fault === "over") {
      this.notice = "over";
      this.phase = "out";
    } else {
      this.phase = "locked";
      if (outcome.fault === "wrong-secret") this.notice = "wrongPassword";
      else if (outcome.fault !== "locked") this.trouble = outcome;
    }
  }

  /** Signs in by name and password. */
  async signIn(credentials: Credentials): Promise<void> {
    const outcome = await this.#client.signIn(credentials);
    this.notice = "";
    this.trouble = undefined;
    if (outcome.ok) return this.#enter();
    if (outcome.fault === "wrong-secret") this.notice = "wrong";
    else this.trouble = outcome;
  }

  /** Ends the session and forgets all that was fetched in it. */
  async signOut(): Promise<void> {
    const outcome = await this.#client.signOut();
    if (!outcome.ok && outcome.fault !== "signed-out") {
      this.trouble = outcome;
      return;
    }
    this.#forget("");
  }

  /** Sets the password. */
  async setPassword(password: string, current?: string): Promise<Outcome<undefined>> {
    const outcome = await this.#client.setPassword(password, current);
    if (outcome.ok && this.session) this.session = { ...this.session, password_set: true, link: false };
    return outcome;
  }

  /** A call about notes, accounts, tokens or the audit log; a session that is over ends here. */
  async call<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Outcome<T>> {
    const outcome = await this.#client.call<T>(method, path, body);
    if (!outcome.ok && outcome.fault === "signed-out") this.#forget("ended");
    return outcome;
  }

  /** The address of another place; what is not named stays. */
  to(change: Partial<Place>): string {
    return formatPlace({ ...this.place, ...change });
  }

  /** Goes to another place without a new entry in the browser's history: a switch, not a page. */
  switchTo(change: Partial<Place>): void {
    this.#replace({ ...this.place, ...change });
    void this.load();
  }

  /** Picks light or dark. */
  pick(scheme: Scheme): void {
    this.picked = scheme;
    keepScheme(() => this.#window.localStorage, scheme);
  }

  /** Fetches site and report of the dates in the address, as far as they are not here. */
  async load(): Promise<void> {
    if (this.phase !== "in" || !(await this.#choose())) return;
    const question = ++this.#asked;
    this.trouble = undefined;
    this.empty = "";
    if (!this.site) {
      this.loading = true;
      const site = await this.#client.site();
      if (question !== this.#asked) return;
      if (!site.ok) return this.#fail(site);
      this.site = site.value;
    }
    if (this.place.view === "overview" && !this.guest) void this.#annotate();
    const dates = datesOf(this.place.span, this.site.first, this.site.last, daysOf(this.site.period));
    if (!dates) return this.#fail({ fault: "empty", detail: "" });
    const key = `${dates.from} ${dates.to} ${this.place.grain}`;
    const known = this.#reports.get(key);
    if (known) {
      this.report = known;
      this.loading = false;
      await this.#compare(question, dates);
      return this.#question(question, dates);
    }
    this.loading = true;
    // A shared view's dates are the console's to say.
    const report = await this.#client.report(this.guest ? undefined : dates, this.place.grain);
    if (question !== this.#asked) return;
    if (!report.ok) return this.#fail(report);
    if (this.#reports.size >= kept) this.#reports.clear();
    this.#reports.set(key, report.value);
    this.report = report.value;
    this.loading = false;
    await this.#compare(question, dates);
    await this.#question(question, dates);
  }

  /** Fetches annotations; without them the chart is as it is. */
  async #annotate(): Promise<void> {
    const answer = await this.#client.call<{ annotations: readonly Annotation[] }>("GET", "annotations");
    if (answer.ok && this.phase === "in") this.annotations = answer.value.annotations;
  }

  /** Asks how the range differs from another where the address wants it. */
  async #compare(question: number, dates: { from: string; to: string }): Promise<void> {
    const { compare } = this.place;
    if (!compare || this.guest) {
      this.changes = undefined;
      return;
    }
    const key = `${dates.from} ${dates.to} ${compare}`;
    const known = this.#changes.get(key);
    this.changes = known;
    if (known) return;
    this.loading = true;
    const changes = await this.#client.changes(dates, compare);
    if (question !== this.#asked) return;
    this.loading = false;
    if (!changes.ok) return this.#fail(changes);
    if (this.#changes.size >= kept) this.#changes.clear();
    this.#changes.set(key, changes.value);
    this.changes = changes.value;
  }

  /** Asks the five questions where they are in view. */
  async #question(question: number, dates: { from: string; to: string }): Promise<void> {
    if (this.place.view !== "answers" || this.guest) return;
    const key = `${dates.from} ${dates.to} ${this.place.costs.join(" ")}`;
    const known = this.#answers.get(key);
    this.answers = known;
    if (known) return;
    this.loading = true;
    const answers = await this.#client.answers(dates, this.place.costs);
    if (question !== this.#asked) return;
    this.loading = false;
    if (!answers.ok) return this.#fail(answers);
    if (this.#answers.size >= kept) this.#answers.clear();
    this.#answers.set(key, answers.value);
    this.answers = answers.value;
  }

  /** Goes to another site: what stands in the address of this one's parts is not that one's. */
  goTo(site: string): void {
    this.#replace({ ...start, view: this.place.view, span: this.place.span, language: this.place.language, site });
    void this.load();
  }

  /**
   * Turns to the site in the address, of several.
   *
   * @returns whether there is one to show
   */
  async #choose(): Promise<boolean> {
    if (this.guest) return true; // a shared link knows its site
    const several = this.sites.length > 1;
    const unnamed = this.sites.length === 1 && !this.sites[0]?.site;
    const site = unnamed ? "" : this.place.site || (several ? (this.sites[0]?.site ?? "") : "");
    this.hidden = "";
    if (this.sites.length === 0) this.hidden = "all";
    else if (site && !this.sites.some((one) => one.site === site)) this.hidden = "one";
    const of = this.hidden ? "" : site;
    if (of && !this.place.site) this.#replace({ ...this.place, site: of });
    if (of !== this.#client.of || this.hidden) {
      this.#asked++;
      this.#clear();
      this.#client.of = of;
      if (of) {
        const session = await this.#client.session();
        if (this.#client.of !== of) return false; // gone on to another
        if (!session.ok) {
          this.#fail(session);
          return false;
        }
        this.session = session.value;
      }
    }
    return !this.hidden;
  }

  /** Drops what was fetched of a site. */
  #clear(): void {
    this.#reports.clear();
    this.#answers.clear();
    this.#changes.clear();
    this.site = this.report = this.answers = this.changes = this.trouble = undefined;
    this.annotations = [];
    this.loading = false;
    this.empty = "";
  }

  async #enter(): Promise<void> {
    this.#client.of = "";
    const session = await this.#client.session();
    if (!session.ok) {
      this.trouble = session.fault === "signed-out" ? undefined : session;
      this.phase = "out";
      return;
    }
    this.session = session.value;
    if (session.value.signed_in) {
      const sites = await this.#client.sites();
      if (!sites.ok) {
        this.trouble = sites;
        this.phase = "out";
        return;
      }
      this.sites = sites.value.sites;
    }
    this.phase = session.value.signed_in ? "in" : "out";
    await this.load();
  }

  async #arrive(): Promise<void> {
    if (signInToken(this.#window.location.hash) || sharedToken(this.#window.location.hash)) return this.begin();
    this.place = parsePlace(this.#window.location.hash);
    await this.load();
  }

  /** Looks for a release that came since. */
  async freshen(): Promise<void> {
    if (this.phase !== "in" || this.loading || this.hidden) return;
    const site = await this.#client.site();
    if (!site.ok || site.value.last === this.site?.last) return;
    this.site = site.value;
    this.#reports.clear();
    this.#answers.clear();
    this.#changes.clear();
    await this.load();
  }

  #fail(outcome: Trouble): void {
    this.loading = false;
    if (outcome.fault === "signed-out") this.#forget("ended");
    else if (outcome.fault === "empty") this.#nothing();
    else this.trouble = outcome;
  }

  #nothing(): void {
    this.empty = this.site?.last ? "range" : "site";
    this.report = this.answers = undefined;
  }

  #forget(notice: Notice): void {
    this.#asked++;
    this.#clear();
    this.#client.of = "";
    this.session = undefined;
    this.sites = [];
    this.hidden = "";
    this.notice = notice;
    this.phase = "out";
  }

  #replace(place: Place): void {
    this.place = place;
    if (this.guest) return; // the address is the link's
    this.#window.history.replaceState(null, "", formatPlace(place));
  }
}

/** The dashboard that the components around stand in. */
export const [dashboard, provideDashboard] = createContext<Dashboard>();
