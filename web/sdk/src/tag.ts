/**
 * What the site's tag says: `<script src=… data-dunlin-officer=… data-dunlin-consent=…>`.
 *
 * @module
 */

import type { Mode } from "./api";

/** The tag, read. */
export interface Tag {
  /** Folder of the script's URL, ends in "/": all else is fetched from below it. */
  readonly base: string;
  readonly api: string;
  readonly site: string;
  readonly officer: string;
  readonly mode: Mode;
  /** Seconds that the device's clock is ahead of the browser's. 0 but on loopback hosts. */
  readonly clock: number;
  /** What is wrong with the tag; empty if nothing is. Then nothing runs. */
  readonly fault: string;
}

/**
 * Reads the tag.
 *
 * @param src URL of the script, absolute.
 * @param data Its data-dunlin-* attributes as a dataset has them.
 * @param host Of the page: a clock of its own is for demos and tests, so for loopback alone.
 */
export function readTag(src: string, data: Readonly<Record<string, string | undefined>>, host: string): Tag {
  const officer = data["dunlinOfficer"] ?? "";
  const mode = data["dunlinConsent"] ?? "";
  const loopback = /^(localhost|127\.0\.0\.1|\[::1])$/.test(host);
  return {
    base: src.replace(/[^/]*([?#].*)?$/, ""),
    api: data["dunlinApi"] || "v1",
    site: data["dunlinSite"] ?? "",
    officer,
    mode: mode as Mode,
    clock: (loopback && Number(data["dunlinClock"])) || 0,
    fault: !/^dunlin-officer1[0-9a-f]{64}$/.test(officer)
      ? "data-dunlin-officer: want a key"
      : /^(ask|site|assumed)$/.test(mode)
        ? ""
        : "data-dunlin-consent: want ask, site or assumed",
  };
}
