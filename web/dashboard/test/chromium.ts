/**
 * Chromium for the tests of what is built.
 *
 * @module
 */
import { existsSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer-core";

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of the browser, from CHROME_PATH or where it usually is; undefined where there is none. */
export function chromium(): string | undefined {
  return [process.env["CHROME_PATH"] ?? "", ...usual].find((path) => path !== "" && existsSync(path));
}

/** Starts it headless, with a profile of its own that goes when it is closed. */
export function launch(): Promise<Browser> {
  const path = chromium();
  if (!path) throw new Error("chromium is missing: install it (Debian: apt-get install chromium) or set CHROME_PATH");
  return puppeteer.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
