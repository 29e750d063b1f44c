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
import { backOff, later } from "./backoff";
import type { Shelf } from "./entry";
import type { After } from "./host";
import type { Ask } from "./link";
import type { Outcome, Ready, Unmet } from "./protocol";
import { active, checked, hide, lapse, period, TRIES, type Visits } from "./visit";

/** Largest report that may outlive its page, bytes; larger ones leave from a page that is seen. */
const KEEPALIVE = 60 * 1024;

/** Jitter of what is owed: from, and up to so much more, ms. */
const FROM = 2_000;
const MORE = 18_000;

/** What a sender works with. */
export interface SenderOptions {
  readonly shelf: Shelf;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The device's clock, ms. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly after: After;
  /** Whether somebody sees the page. */
  readonly visible: () => boolean;
  /** Asks the Worker. */
  readonly ask: <T>(request: Ask) => Promise<Outcome<T>>;
}

/** Sends one page's reports. */
export interface Sender {
  /** Begins on a page: a debt of an earlier one is to be paid. */
  begin(): void;
  /** Notes that the visitor did something. */
  activity(): void;
  /** Takes ready bytes, or that those told before must not be sent. */
  ready(ready?: Ready): void;
  /** Another tab is the writer: this one's hides are no places. */
  blocked(): void;
  /** The page was hidden or left: `onward` for another one of the site. */
  hide(onward: boolean): void;
  /** The page is seen again: a debt of its own is to be paid. */
  show(): void;
  /** Stops for good. */
  stop(): void;
  debug(): SendDebug;
}

/** Makes a sender. */
export function sender({ shelf, fetch, now, random, after, visible, ask }: SenderOptions): Sender {
  let ready: Ready | undefined;
  /** Bytes that are not confirmed, of an earlier page or of this one. */
  let kept: Ready | undefined;
  /** What left last. */
  let gone: Ready | undefined;
  /** A report is owed: this page sends it, when it is due. */
  let debt = false;
  let due = false;
  /** The hidden page's place had nothing ready yet: what becomes ready while it lives goes at once. */
  let late = false;
  let flying = false;
  let blocked = false;
  let stopped = false;
  let sent = 0;
  let status = 0;
  let cancel = (): void => undefined;

  const note = (how: (visits: Visits) => void): boolean => {
    // An answer that comes when all is erased leaves nothing behind.
    const noted = !stopped && shelf.change((entry) => how((entry.visits = checked(entry.visits))));
    // Where places cannot be counted none may be used.
    if (!noted) it.stop();
    return noted;
  };
  const pay = (): void => {
    if (late || (debt && due)) send(kept ?? ready);
  };
  /** Sees to it that what is owed is sent, with jitter, and not before the collector is to be asked again. */
  const collect = (): void => {
    let wait = FROM + MORE * random();
    cancel();
    due = debt = late = false;
    note((visits) => {
      lapse(visits, now());
      debt = visits.owed > 0;
      wait = Math.max(wait, visits.wait - now());
    });
    if (!debt) return;
    cancel = after(wait, () => {
      due = true;
      pay();
    });
    if (!kept)
      void ask<Ready | null>({ do: "unsent" }).then((outcome) => {
        if (outcome.ok && outcome.value) kept ??= outcome.value;
        pay();
      });
  };
  /** It stays owed, the very bytes are kept, and the collector is left alone. */
  const failed = ({ end }: Ready, unmet: Unmet): void => {
    note((visits) => {
      visits.owed ||= 1;
      visits.failed = (visits.failed ?? 0) + 1;
      visits.wait = now() + backOff(visits.failed, random(), now(), end * 1000 - now(), unmet);
    });
    // Taken back in the meantime they are not.
    kept ??= gone;
    // Nobody may have told a hidden page what another tab has erased since.
    if (visible()) collect();
  };
  /** Sends, if it can, and says whether it did. */
  const send = (report: Ready | undefined): boolean => {
    if (!report || flying || now() >= report.end * 1000) return false;
    const { url, bytes, revision } = report;
    const keepalive = bytes.byteLength <= KEEPALIVE;
    if (!keepalive && !visible()) return false;
    // Noted before the bytes leave: if the page dies now the next one knows.
    let early = false;
    const noted = note((visits) => {
      early = now() < visits.wait;
      if (!early) visits.owed = Math.max(visits.owed - 1, 0);
    });
    if (!noted || early) return false;
    cancel();
    debt = late = false;
    flying = true;
    gone = report;
    sent++;
    const answer = fetch(url, {
      method: "POST",
      body: bytes,
      headers: { "Content-Type": "application/octet-stream" },
      keepalive,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
    });
    if (ready?.revision === revision) ready = undefined;
    // What leaves is kept's own bytes, or newer ones.
    kept = undefined;
    void ask({ do: "sent", revision });
    answer
      .then(
        ({ status: answered, headers }) => {
          status = answered;
          if (later(status)) return failed(report, { status, after: headers.get("Retry-After"), date: headers.get("Date") });
          // Taken, or refused for good: either way nothing is owed, but of a place used since.
          note((visits) => {
            if (visits.owed < TRIES) visits.owed = 0;
            visits.wait = visits.failed = 0;
          });
          void ask({ do: "confirmed", revision });
        },
        // Refused by the browser or the network.
        () => failed(report, { status: 0 }),
      )
      .finally(() => (flying = false));
    return true;
  };

  const it: Sender = {
    begin() {
      it.activity();
      collect();
    },
    activity: () => note((visits) => active(visits, now())),
    ready(made) {
      blocked = false;
      // It was being made while the same revision left.
      if (made && gone && made.end === gone.end && made.revision <= gone.revision) return;
      ready = made;
      if (!made) {
        kept = gone = undefined;
        return;
      }
      note((visits) => {
        active(visits, now());
        period(visits, made.end);
      });
      pay();
    },
    blocked: () => (blocked = true),
    hide(onward) {
      if (blocked) return;
      let place = false;
      note((visits) => (place = hide(visits, now(), onward)));
      if (place) late = !send(ready ?? kept);
      // What is owed goes at the next hide at the latest, if that is no place of its own.
      else if (debt) send(kept ?? ready);
    },
    show: collect,
    stop() {
      stopped = true;
      cancel();
    },
    debug: () => ({
      ...checked(shelf.read()?.visits),
      ready: ready ? { revision: ready.revision, date: ready.date, bytes: ready.bytes.byteLength } : null,
      sent,
      status,
    }),
  };
  return it;
}
