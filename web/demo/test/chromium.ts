/** Starts Chromium for the tests of the shop's pages. */

import { existsSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer-core";

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts it headless, with a profile of its own that goes when it is closed. CHROME_PATH names another one. */
export function launch(): Promise<Browser> {
  const path = [process.env["CHROME_PATH"] ?? "", ...usual].find((one) => one !== "" && existsSync(one));
  if (path === undefined) throw new Error("chromium is missing: install it (Debian: apt-get install chromium) or set CHROME_PATH");
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
