/**
 * The payload of a broadcast push, the same for everyone: what is said if the device has
 * the message come now, and what is said otherwise. docs/embed.md, "By a broadcast push".
 *
 * @module
 */

/** What a notification says. */
export interface Note {
  readonly title: string;
  readonly body: string;
  /** Where a click leads: absolute, http(s). */
  readonly url: string;
  /** Loaded by the browser as it is shown; empty: none. */
  readonly icon: string;
}

/** A payload, read. */
export interface Broadcast {
  /** Message and channel of the plan; an empty message never comes. */
  readonly message: string;
  readonly channel: string;
  readonly says: Note;
  /** For whom the message does not come now; null: the site wants nothing shown. */
  readonly otherwise: Note | null;
}

/** Whose words they are and who reads them. */
export interface Reader {
  readonly origin: string; // of the site
  readonly host: string;
  readonly languages: readonly string[]; // the visitor's, best first
}

const NEUTRAL = { en: "There is something new.", zh: "有新内容。" };

/**
 * Reads a payload.
 *
 * @param text JSON; anything else is a payload without a message.
 */
export function readBroadcast(text: string, reader: Reader): Broadcast {
  let all: Record<string, unknown> = {};
  try {
    all = Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    // As if nothing stood in it.
  }
  const { message, channel, otherwise } = all;
  const neutral = { title: reader.host, body: words(NEUTRAL, reader), url: reader.origin + "/", icon: "" };
  // What is loaded must not say which of the two is shown: one icon for both, or none.
  const silent = otherwise === false;
  const icon = silent ? "" : link(all["icon"], reader, "");
  const note = (of: Record<string, unknown>, instead: Note): Note => {
    const title = words(of["title"], reader);
    return title ? { title, body: words(of["body"], reader), url: link(of["url"], reader, instead.url), icon } : { ...instead, icon };
  };
  const says = note(all, { ...neutral, title: "" });
  return {
    message: says.title && typeof message === "string" ? message : "",
    channel: typeof channel === "string" ? channel : "notification",
    says,
    otherwise: silent ? null : note(Object(otherwise) as Record<string, unknown>, neutral),
  };
}

/** A text, or that of several by language which the visitor reads best. */
function words(x: unknown, { languages }: Reader): string {
  if (typeof x === "string") return x;
  const texts = Object.entries(Object(x) as object).filter(([, text]) => typeof text === "string") as [string, string][];
  const primary = (tag: string) => tag.toLowerCase().split("-")[0];
  for (const language of languages) {
    const near = texts.filter(([tag]) => primary(tag) === primary(language));
    const found = near.find(([tag]) => tag.toLowerCase() === language.toLowerCase()) ?? near[0];
    if (found) return found[1];
  }
  return texts[0]?.[1] ?? "";
}

function link(x: unknown, { origin }: Reader, instead: string): string {
  try {
    const { href, protocol } = new URL(x as string, origin);
    if (typeof x === "string" && /^https?:$/.test(protocol)) return href;
  } catch {
    // No address.
  }
  return instead;
}
