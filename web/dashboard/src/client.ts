/**
 * The console's API, asked over an injected fetch. No call throws: each resolves to
 * an outcome, as the page has to say what went wrong anyway.
 *
 * @module
 */
import type { Answers, Changes, Problem, Report, Session, Site, SiteList } from "./api.ts";

/** Why a call failed, for the page to branch on. */
export type Fault =
  | "offline" // no answer: the console does not run, or the network is down
  | "signed-out" // the session is over
  | "wrong-secret" // of password or link
  | "slow-down" // too many attempts
  | "locked" // a shared link wants its password
  | "over" // a shared link shows nothing any more
  | "empty" // there is no release, or none in the range
  | "refused" // the console says no, or that it cannot; `detail` says why
  | "broken"; // an answer that is none of the console's

/** What came of a call. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault; readonly detail: string };

/** How one proves who one is. */
export type Credentials = { readonly token: string } | { readonly name: string; readonly password: string };

/** What the client needs of the browser's fetch. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What is changed of the console itself, whichever site is in view. */
const wide: ReadonlySet<string> = new Set(["session", "password", "shared"]);

/** Asks one console. */
export class Client {
  readonly #fetch: Fetch;
  readonly #base: string;
  /** Of a shared link: in memory alone. */
  #secret = "";
  /** Of a console of several sites, the one that calls are about; empty: the only one. */
  of = "";

  /**
   * @param fetch - the browser's, bound
   * @param base - folder of the API, ends in "/"
   */
  constructor(fetch: Fetch, base = "api/v1/") {
    this.#fetch = fetch;
    this.#base = base;
  }

  /** The sites that the reader may see. */
  sites(): Promise<Outcome<SiteList>> {
    return this.#ask("GET", "sites", undefined, false);
  }

  session(): Promise<Outcome<Session>> {
    return this.#ask("GET", "session");
  }

  signIn(credentials: Credentials): Promise<Outcome<Session>> {
    return this.#ask("POST", "session", credentials);
  }

  signOut(): Promise<Outcome<undefined>> {
    return this.#ask("DELETE", "session");
  }

  /** Sets a password; the one before is asked unless a one-time link signed in. */
  setPassword(password: string, current?: string): Promise<Outcome<undefined>> {
    return this.#ask("PUT", "password", current === undefined ? { password } : { password, current });
  }

  /** Opens a shared link: from then on all calls are by its secret. */
  async openShared(token: string, password: string): Promise<Outcome<{ secret: string; fragment: string; name: string }>> {
    const outcome = await this.#ask<{ secret: string; fragment: string; name: string }>("POST", "shared", {
      token,
      ...(password && { password }),
    });
    if (outcome.ok) this.#secret = outcome.value.secret;
    return outcome;
  }

  site(): Promise<Outcome<Site>> {
    return this.#ask("GET", "site");
  }

  /** The report of a range of days, both counted; without one, of the console's own choice. */
  report(range?: { from: string; to: string }, grain = ""): Promise<Outcome<Report>> {
    return this.#ask("GET", range ? `report?from=${range.from}&to=${range.to}${grain && `&grain=${grain}`}` : "report");
  }

  /** How a range of days differs from another. */
  changes(range: { from: string; to: string }, compare: string): Promise<Outcome<Changes>> {
    return this.#ask("GET", `changes?from=${range.from}&to=${range.to}&compare=${compare}`);
  }

  /** The five questions, of a range of days; costs as the address has them. */
  answers(range: { from: string; to: string }, costs: readonly string[]): Promise<Outcome<Answers>> {
    return this.#ask(
      "GET",
      `answers?${new URLSearchParams([["from", range.from], ["to", range.to], ...costs.map((cost) => ["cost", cost])]).toString()}`,
    );
  }

  /** Any call by its path: notes, accounts, tokens and the audit log. */
  call<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Outcome<T>> {
    return this.#ask(method, path, body);
  }

  async #ask<T>(method: string, path: string, body?: unknown, ofSite = method === "GET" || !wide.has(path)): Promise<Outcome<T>> {
    let response: Response;
    const about = ofSite && this.of ? `${path.includes("?") ? "&" : "?"}site=${encodeURIComponent(this.of)}` : "";
    try {
      const headers: Record<string, string> = { Accept: "application/json" };
      // Every call that changes something is JSON: a form of another site cannot send that.
      if (method !== "GET") headers["Content-Type"] = "application/json";
      if (this.#secret) headers["Authorization"] = `Bearer ${this.#secret}`;
      const sent = method === "GET" ? {} : { body: JSON.stringify(body ?? {}) };
      response = await this.#fetch(this.#base + path + about, { method, headers, credentials: "same-origin", cache: "no-store", ...sent });
    } catch {
      return { ok: false, fault: "offline", detail: "" };
    }
    try {
      if (!response.ok) return await refusal(response);
      if (response.status === 204) return { ok: true, value: undefined as T };
      const text = await response.text();
      return { ok: true, value: (text ? JSON.parse(text) : undefined) as T };
    } catch {
      return { ok: false, fault: "broken", detail: "" };
    }
  }
}

/** Reasons of the console's problems (`urn:dunlin:problem:REASON`) that the page has words of its own for. */
const reasons: Readonly<Partial<Record<string, Fault>>> = {
  "signed-out": "signed-out",
  "wrong-secret": "wrong-secret",
  "link-used": "wrong-secret",
  "slow-down": "slow-down",
  "password-wanted": "locked",
  "link-over": "over",
  "no-releases": "empty",
};

/** Reads an answer that is not a success; its problem document's words where it has one. */
async function refusal(response: Response): Promise<{ readonly ok: false; readonly fault: Fault; readonly detail: string }> {
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return { ok: false, fault: "broken", detail: "" };
  const { type, title, detail } = (await response.json()) as Partial<Problem>;
  const fault = reasons[type?.split(":").at(-1) ?? ""] ?? "refused";
  return { ok: false, fault, detail: detail ?? title ?? "" };
}
