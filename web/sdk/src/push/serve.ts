/**
 * What a service worker does on a broadcast push, and on a click on what it showed.
 *
 * @module
 */

import { readBroadcast, type Note, type Reader } from "./broadcast";
import { reached, responded, type World } from "./waking";

/** What a notification carries for the click. */
interface Carried {
  readonly dunlin?: { readonly url: string; readonly message?: string };
}

/** An event that the browser keeps the worker alive for. */
interface Lasting extends Event {
  waitUntil(what: Promise<unknown>): void;
}

export interface PushEvent extends Lasting {
  readonly data: { text(): string } | null;
}

export interface ClickEvent extends Lasting {
  readonly notification: { readonly data: unknown; close(): void };
}

/** What is used of a service worker's global scope. */
export interface Scope {
  readonly registration: { showNotification(title: string, options: NotificationOptions): Promise<void> };
  readonly clients: { openWindow(url: string): Promise<unknown> };
  addEventListener(type: "push", listen: (event: PushEvent) => void): void;
  addEventListener(type: "notificationclick", listen: (event: ClickEvent) => void): void;
}

/** Listens. */
export function serve(scope: Scope, world: World, reader: () => Reader): void {
  const show = ({ title, body, icon, url }: Note, message?: string): Promise<void> =>
    scope.registration.showNotification(title, {
      body,
      // One of a kind at a time; what says nothing to anybody makes no sound.
      tag: message === undefined ? "dunlin" : `dunlin:${message}`,
      silent: message === undefined,
      ...(icon && { icon }),
      data: { dunlin: { url, ...(message !== undefined && { message }) } } satisfies Carried,
    });

  scope.addEventListener("push", (event) => event.waitUntil(pushed(text(event))));
  scope.addEventListener("notificationclick", (event) => {
    const { dunlin } = (event.notification.data ?? {}) as Carried;
    if (typeof dunlin?.url !== "string") return;
    event.notification.close();
    const { url, message } = dunlin;
    // The lock is asked for first, and nothing is awaited before the window: browsers let
    // one be opened for a moment only.
    const told = message === undefined ? undefined : responded(world, message);
    const opened = scope.clients.openWindow(url).catch(() => undefined);
    event.waitUntil(Promise.all([told, opened]));
  });

  async function pushed(payload: string): Promise<void> {
    const { message, channel, says, otherwise } = readBroadcast(payload, reader());
    if (message && (await reached(world, message, channel, () => show(says, message)))) return;
    // Without leave to show it nothing is shown, and nobody is to hear of an error.
    if (otherwise) await show(otherwise).catch(() => undefined);
  }
}

function text({ data }: PushEvent): string {
  try {
    return data?.text() ?? "";
  } catch {
    return "";
  }
}
