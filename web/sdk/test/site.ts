/**
 * A site for tests of the page's side: pages under a strict policy, the built loader and
 * page chunk, and a Worker that stands in for the device: it tells what the test wants
 * told, and reports to the server what it is asked. The device's own side is tested
 * apart, and both together with the whole product.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig, type Rolldown } from "vite";
import type { Notice, Request } from "../src/protocol";

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types dunlin";

export const OFFICER = "dunlin-officer1" + "ab".repeat(32);

/** What arrived at the collector. */
export interface Arrived {
  readonly bytes: number;
  readonly type: string | undefined;
  readonly revision: number;
  readonly path: string;
}

/** A page's body: pieces, and between them pauses in ms. */
export type Pieces = readonly (string | number)[];

/** The site. Change its fields between pages. */
export class Site {
  /** Pages by path; `late` ones have the tag at their end. */
  pages = new Map<string, { head?: string; body: Pieces; html?: string; late?: boolean }>();
  /** Attributes of the tag beside the officer's key. */
  tag = 'data-dunlin-consent="assumed"';
  /** What the Worker tells once it is started, ms after. */
  notices: { after: number; notice: Notice }[] = [];
  /** Bytes of the reports that the Worker makes ready; 0 for none. */
  report = 0;
  /** Time that the Worker needs to make one, ms. */
  making = 0;
  /** What the Worker answers to `unsent`: the revision that is kept, or none. */
  kept: number | null = null;
  /** What the Worker answers to other requests, by what they want done. */
  answers: Record<string, unknown> = {};
  /** Files of the site's own, by path. */
  own = new Map<string, string>();
  /** The collector's answer. */
  answer: { status: number; after?: string } = { status: 202 };
  /** Does not answer files whose path this matches. */
  missing = /^$/;

  /** What the Worker was asked, what was fetched, and what arrived, in order. */
  heard: Request[] = [];
  fetched: string[] = [];
  arrived: Arrived[] = [];
  violations: string[] = [];

  origin = "";
  /** Number of the test: what a page of an earlier one still says is not heard. */
  round = 0;
  #files = new Map<string, string>();
  #server = createServer((request, response) => void this.#serve(request, response));

  async open(): Promise<this> {
    this.#files = await files();
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Forgets what was set and what was seen. */
  reset(): void {
    Object.assign(this, { ...new Site(), origin: this.origin, round: this.round + 1 });
  }

  /** Events that the Worker was told. */
  events(): unknown[] {
    return this.heard.flatMap((r) => (r.do === "track" ? [r.event] : []));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    this.fetched.push(pathname);
    const body = await text(request);
    if (this.missing.test(pathname)) return void response.writeHead(404).end();
    if (pathname === "/test/heard") {
      if (Number(searchParams.get("round")) === this.round) this.heard.push(JSON.parse(body.toString()) as Request);
      return void response.end();
    }
    if (pathname === "/test/violation") {
      this.violations.push(body.toString());
      return void response.end();
    }
    if (pathname === "/test/orders") {
      const { notices, report, making, kept, round, answers } = this;
      return void response
        .setHeader("Content-Type", "application/json")
        .end(JSON.stringify({ notices, report, making, kept, round, answers }));
    }
    if (pathname.startsWith("/dunlin/v1/reports")) {
      this.arrived.push({ bytes: body.length, type: request.headers["content-type"], revision: body.readUInt32LE(0), path: pathname });
      if (this.answer.after) response.setHeader("Retry-After", this.answer.after);
      return void response.writeHead(this.answer.status).end();
    }
    const own = this.own.get(pathname);
    if (own !== undefined) return void response.end(own);
    const file = this.#files.get(pathname);
    if (file !== undefined) return void response.setHeader("Content-Type", "text/javascript").end(file);
    if (pathname.endsWith(".svg")) {
      response.setHeader("Content-Type", "image/svg+xml");
      return void response.end('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"/>');
    }
    const page = this.pages.get(pathname);
    if (!page) return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY, "Cache-Control": "no-store" });
    const tag = `<script src="/dunlin/dunlin.js" data-dunlin-officer="${OFFICER}" ${this.tag}></script>`;
    response.write(
      `<!doctype html><html ${page.html ?? ""}><head><title>test</title><link rel="icon" href="data:,"><script src="/test/watch.js"></script>` +
        `<link rel="stylesheet" href="/test/style.css">${page.head ?? ""}${page.late ? "" : tag}</head>`,
    );
    for (const piece of page.body) {
      if (typeof piece === "string") response.write(piece);
      else await new Promise((resolve) => setTimeout(resolve, piece));
    }
    response.end(page.late ? tag : "");
  }
}

/** Waits for a condition of the test's own; polls, for there is nothing to wait on. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !(await holds());) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function text(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function files(): Promise<Map<string, string>> {
  const names = { __WORKER__: '"worker.js"', __PAGE__: '"page.js"' };
  const parts = { __LIST__: '"list.js"', __SURVEY__: '"survey.js"', __SENTIMENT__: '"sentiment.js"' };
  return new Map([
    ["/dunlin/dunlin.js", await bundle("loader.ts", "iife", names)],
    ["/dunlin/page.js", await bundle("page.ts", "es", { __WATCH__: '"watch.js"' })],
    ["/dunlin/watch.js", await bundle("watch.ts", "es", parts)],
    ["/dunlin/list.js", await bundle("list.ts", "es", {})],
    ["/dunlin/survey.js", await bundle("survey.ts", "es", {})],
    ["/dunlin/worker.js", `(${worker.toString()})()`],
    ["/test/watch.js", `(${watch.toString()})()`],
    ["/test/early.js", `window.dunlin = { q: [["consent", { measure: true, personalize: true }], ["track", "queued"]] }`],
    ["/test/style.css", ""],
  ]);
}

async function bundle(entry: string, format: "es" | "iife", define: Record<string, string>): Promise<string> {
  const config: InlineConfig = {
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "warn",
    define,
    build: { write: false, lib: { entry: `src/${entry}`, formats: [format], name: "loader" } },
  };
  const [built] = (await build(config)) as Rolldown.RolldownOutput[];
  return built!.output[0].code;
}

/** Runs in the Worker. */
function worker(): void {
  const scope = self as unknown as Worker;
  let revision = 0;
  const orders = fetch("/test/orders").then(
    (r) =>
      r.json() as Promise<{
        notices: { after: number; notice: unknown }[];
        report: number;
        making: number;
        kept: number | null;
        round: number;
        answers: Record<string, unknown>;
      }>,
  );
  const made = (of: number, size: number) => {
    const bytes = new ArrayBuffer(size);
    new DataView(bytes).setUint32(0, of, true);
    const day = 86_400;
    const end = (Math.floor(Date.now() / 1000 / day) + 1) * day;
    return { url: `${location.origin}/dunlin/v1/reports`, bytes, revision: of, date: new Date().toISOString().slice(0, 10), end };
  };
  const make = async () => {
    const { report, making } = await orders;
    if (!report) return;
    setTimeout(() => scope.postMessage({ tell: "ready", ready: made(++revision, report) }), making);
  };
  scope.onmessage = async ({ data }: MessageEvent<{ id: number; do: string }>) => {
    const { notices, kept, report, round, answers } = await orders;
    await fetch(`/test/heard?round=${round}`, { method: "POST", body: JSON.stringify(data), keepalive: true });
    let value: unknown = answers[data.do];
    if (data.do === "start") {
      for (const { after, notice } of notices) setTimeout(() => scope.postMessage(notice), after);
      revision = kept ?? 0;
      void make();
    }
    if (data.do === "sent") void make();
    if (data.do === "unsent") value = kept && made(kept, report);
    scope.postMessage({ id: data.id, outcome: { ok: true, value } });
  };
}

/** Runs first in each page: what was seen in each frame, what moved, what the policy forbade. */
function watch(): void {
  const w = window as unknown as { frames_: string[]; shift_: number };
  w.frames_ = [];
  w.shift_ = 0;
  const look = () => {
    const seen = [...document.querySelectorAll("[data-look]")].filter((e) => e.getClientRects().length > 0);
    w.frames_.push(seen.map((e) => e.getAttribute("data-look")).join(" "));
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) w.shift_ += (e as PerformanceEntry & { value: number }).value;
  }).observe({ type: "layout-shift", buffered: true });
  document.addEventListener(
    "securitypolicyviolation",
    (e) => void fetch("/test/violation", { method: "POST", body: e.violatedDirective + " " + e.blockedURI }),
  );
}
