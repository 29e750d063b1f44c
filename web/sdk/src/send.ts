/**
 * Sends the reports that the Worker has made ready, at the places that {@link hide}
 * names, and what is owed on the next page of the same period.
 *
 * Only ready bytes leave: nothing is computed while a page goes away. One request at a
 * time, so that a browser's 64 KB for requests that outlive their page are never
 * exceeded by ours.
 *
 * @module
 */

import type { SendDebug } from "./api";
import type { Shelf } from "./entry";
import type { Ask } from "./link";
import type { Outcome, Ready } from "./protocol";
import { active, checked, hide, NEVER, period, TRIES, type Visits } from "./visit";

/** Largest report that may outlive its page, bytes; larger ones leave from a page that is seen. */
const KEEPALIVE = 60 * 1024;

/** Jitter of what is owed: from, and up to so much more, ms. */
const JITTER = { from: 2_000, more: 18_000 };

/** What the sender works with. */
export interface SenderOptions {
  readonly shelf: Shelf;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The device's clock, ms. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Calls back after ms; returns how not to. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** Whether somebody sees the page. */
  readonly visible: () => boolean;
  /** Asks the Worker. */
  readonly ask: <T>(request: Ask) => Promise<Outcome<T>>;
}

/** Sends one page's reports. */
export class Sender {
  #ready: Ready | undefined;
  /** An earlier page's bytes that are not confirmed. */
  #kept: Ready | undefined;
  /** An earlier page owes a report: this one sends it. `due`: its jitter is over. */
  #debt = false;
  #due = false;
  /** The hidden page's place had nothing ready yet: what becomes ready while it lives goes at once. */
  #late = false;
  #flying = false;
  #blocked = false;
  #sent = 0;
  #status = 0;
  #cancel: () => void = () => undefined;

  constructor(readonly options: SenderOptions) {}

  /** Begins on a page: a debt of an earlier one is to be paid. */
  begin(): void {
    const visits = this.#note(active);
    this.#debt = visits.owed > 0;
    this.#due = false;
    this.#cancel();
    if (!this.#debt) return;
    const wait = Math.max(visits.wait - this.options.now(), JITTER.from + JITTER.more * this.options.random());
    this.#cancel = this.options.after(wait, () => {
      this.#due = true;
      this.#pay();
    });
    void this.options.ask<Ready | null>({ do: "unsent" }).then((outcome) => {
      if (outcome.ok && outcome.value) this.#kept = outcome.value;
      this.#pay();
    });
  }

  /** Notes that the visitor did something. */
  activity(): void {
    this.#note(active);
  }

  /** Takes ready bytes, or that those told before must not be sent. */
  ready(ready: Ready | undefined): void {
    this.#blocked = false;
    this.#ready = ready;
    if (!ready) {
      this.#kept = undefined;
      return;
    }
    this.#note((visits, now) => period(visits, ready.end, now));
    this.#pay();
  }

  /** Another tab is the writer: this one's hides are no places. */
  blocked(): void {
    this.#blocked = true;
  }

  /** The page was hidden or left. */
  hide(): void {
    if (this.#blocked) return;
    let place = false;
    this.#note((visits, now) => {
      const after = hide(visits, now);
      place = after.place;
      return after.visits;
    });
    if (place) this.#late = !this.#send(this.#ready ?? this.#kept);
    // What is owed goes at the next hide at the latest, if that is no place of its own.
    else if (this.#debt) this.#send(this.#kept ?? this.#ready);
  }

  /** The page is seen again. */
  show(): void {
    this.#late = false;
  }

  /** Stops for good. */
  stop(): void {
    this.#cancel();
    this.#debt = this.#late = false;
    this.#ready = this.#kept = undefined;
  }

  debug(): SendDebug {
    const { first, more, owed } = this.#visits();
    const { revision, date, bytes } = this.#ready ?? {};
    return {
      first,
      more,
      owed: owed > 0,
      ready: bytes ? { revision: revision!, date: date!, bytes: bytes.byteLength } : null,
      sent: this.#sent,
      status: this.#status,
    };
  }

  #visits(): Visits {
    return checked(this.options.shelf.read()?.visits);
  }

  #note(how: (visits: Visits, now: number) => Visits): Visits {
    let after = NEVER;
    const kept = this.options.shelf.change((entry) => {
      after = entry.visits = how(checked(entry.visits), this.options.now());
    });
    // Where places cannot be counted none may be used.
    if (!kept) this.stop();
    return after;
  }

  #pay(): void {
    if (this.#late || (this.#debt && this.#due)) this.#send(this.#kept ?? this.#ready);
  }

  /** Sends, if it can, and says whether it did. */
  #send(ready: Ready | undefined): boolean {
    const { options } = this;
    if (!ready || this.#flying || options.now() >= ready.end * 1000) return false;
    const keepalive = ready.bytes.byteLength <= KEEPALIVE;
    if (!keepalive && !options.visible()) return false;
    // Noted before the bytes leave: if the page dies now the next one knows.
    this.#note((visits) => ({ ...visits, owed: Math.max(visits.owed - 1, 0) }));
    this.#debt = this.#late = false;
    this.#cancel();
    this.#flying = true;
    this.#sent++;
    this.#status = 0;
    const answer = options.fetch(ready.url, {
      method: "POST",
      body: ready.bytes,
      headers: { "Content-Type": "application/octet-stream" },
      keepalive,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
    });
    if (this.#ready?.revision === ready.revision) this.#ready = undefined;
    if (this.#kept?.revision === ready.revision) this.#kept = undefined;
    void options.ask({ do: "sent", revision: ready.revision });
    answer
      .then(
        (response) => this.#answered(ready, response),
        // Refused by the browser or the network.
        () => this.#failed(0),
      )
      .finally(() => (this.#flying = false));
    return true;
  }

  #answered(ready: Ready, { status, headers }: Response): void {
    this.#status = status;
    if (status === 429 || status === 408 || status >= 500) return this.#failed(Number(headers.get("Retry-After")) || 0);
    // Taken, or refused for good: either way nothing is owed, but of a place used since.
    this.#note((visits) => ({ ...visits, owed: visits.owed < TRIES ? 0 : TRIES, wait: 0 }));
    void this.options.ask({ do: "confirmed", revision: ready.revision });
  }

  /** Notes that it stays owed, and for how many seconds the collector wants to be left alone. */
  #failed(seconds: number): void {
    const wait = Math.min(Math.max(seconds, 0), 86_400) * 1000;
    this.#note((visits, now) => ({ ...visits, owed: Math.max(visits.owed, 1), wait: now + wait }));
  }
}
