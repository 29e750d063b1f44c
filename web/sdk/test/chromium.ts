/** Starts Chromium for tests of the page's side, with its automation mark off. */

import { existsSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer-core";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of the browser, from CHROME_PATH or where it usually is. */
export function chromium(): string {
  const path = [process.env["CHROME_PATH"] ?? "", ...USUAL].find((p) => p && existsSync(p));
  if (!path) throw new Error("chromium is missing: install it (Debian: apt-get install chromium) or set CHROME_PATH");
  return path;
}

/** Starts it headless with a profile of its own, which goes when it is closed. */
export function launch(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: chromium(),
    headless: true,
    defaultViewport: { width: 800, height: 600 },
    ignoreDefaultArgs: ["--enable-automation"],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-blink-features=AutomationControlled",
    ],
  });
}
