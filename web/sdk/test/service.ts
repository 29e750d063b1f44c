// A service worker of a browser in memory, with the script's listeners in it.
import { expect } from "vitest";
import { serve, type ClickEvent, type PushEvent } from "../src/push/serve";
import type { Terms } from "../src/vault";
import type { Browser } from "./tab";

/** A notification that was shown. */
export interface Shown {
  readonly title: string;
  readonly options: NotificationOptions & { readonly data: unknown };
}

/** The service worker of a browser. */
export class Service {
  shown: Shown[] = [];
  opened: string[] = [];
  languages = ["en-GB", "en"];
  signal = false;
  /** The browser shows nothing. */
  forbidden = false;
  timers: { ms: number; call: () => void }[] = [];
  readonly #listeners: Record<string, (event: never) => void> = {};

  constructor(readonly browser: Browser) {
    const { shelf } = browser;
    serve(
      {
        registration: {
          showNotification: async (title, options) => {
            await Promise.resolve();
            if (this.forbidden) throw new TypeError("No notification permission");
            this.shown.push(structuredClone({ title, options }) as Shown);
          },
        },
        clients: {
          openWindow: async (url) => {
            this.opened.push(url);
            await Promise.reject(new Error("not allowed"));
          },
        },
        addEventListener: (type: string, listen: (event: never) => void) => (this.#listeners[type] = listen),
      },
      {
        fetch: browser.fetch,
        crypto: {
          subtle: browser.subtle,
          getRandomValues: <T extends ArrayBufferView>(array: T): T => crypto.getRandomValues(array as never),
        } as unknown as Crypto,
        get locks() {
          return browser.locks;
        },
        store: () => shelf.tab(),
        glance: () => {
          if (shelf.denied) return Promise.reject(shelf.denied);
          const { terms, paused, erased } = shelf.values;
          return Promise.resolve(paused || erased ? undefined : structuredClone(terms as Terms | undefined));
        },
        clock: () => browser.now,
        monotonic: () => 0,
        after: (ms, call) => {
          const timer = { ms, call };
          this.timers.push(timer);
          return () => (this.timers = this.timers.filter((it) => it !== timer));
        },
        get module() {
          return browser.pinned;
        },
        signal: () => this.signal,
      },
      () => ({ origin: "https://shop.example", host: "shop.example", languages: this.languages }),
    );
  }

  /** Delivers a push and waits as long as the worker asks to be kept. */
  async push(payload: unknown): Promise<Shown | undefined> {
    const before = this.shown.length;
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    await this.#fire<PushEvent>("push", { data: payload === undefined ? null : { text: () => text } });
    expect(this.shown.length).toBeLessThanOrEqual(before + 1);
    return this.shown[before];
  }

  async click(data: unknown): Promise<boolean> {
    let closed = false;
    await this.#fire<ClickEvent>("notificationclick", { notification: { data, close: () => (closed = true) } });
    return closed;
  }

  async #fire<E>(type: string, event: Omit<E, keyof Event | "waitUntil">): Promise<void> {
    let lasting: Promise<unknown> = Promise.resolve();
    this.#listeners[type]!({ ...event, waitUntil: (what: Promise<unknown>) => (lasting = what) } as never);
    await lasting;
  }
}
