// Drives Firefox for the tests in Go, one command a line on standard input and one answer
// a line on standard output:
//
//   {"go": URL}            {}
//   {"eval": EXPRESSION}   {"value": …}     its promise awaited
//   …                      {"error": WHY}
//
// The first line is {} when the browser runs; it ends with the input. Arguments: the
// package.json beside which puppeteer-core is installed, and Firefox's path.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [packages, executablePath] = process.argv.slice(2);
const puppeteer = createRequire(packages)("puppeteer-core");
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  // The script does not report from automated browsers, and the preference that once took
  // their mark off, dom.webdriver.enabled, no longer does.
  await page.evaluateOnNewDocument(() => Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false }));
  say({});
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    try {
      if (command.go) {
        await page.goto(command.go);
        say({});
      } else {
        say({ value: (await page.evaluate(`(async () => (${command.eval}))()`)) ?? null });
      }
    } catch (fault) {
      say({ error: String(fault) });
    }
  }
} finally {
  await browser.close();
}
