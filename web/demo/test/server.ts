import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { files } from "../shop/files.mjs";

const kinds: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
  json: "application/json",
};
/** As package cmd/demo serves the shop. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const tags = '<script src="/demo/script.js"></script><script src="/demo/bar.js"></script>';

/** The demonstration as a server of these tests plays it: the shop as it is built, and a day that closes at once. */
export interface Shop {
  readonly origin: string;
  /** Whether pages get the script's stand-in and the bar. */
  script: boolean;
  run: string;
  /** Days closed so far. */
  closed: number;
  close(): Promise<void>;
}

/** Builds the shop in memory and serves it on a loopback port. */
export async function serve(): Promise<Shop> {
  const made = await files();
  made.set("../script.js", readFileSync(new URL("./script.js", import.meta.url), "utf8"));
  for (const name of ["bar.js", "bar.css"]) made.set(`../${name}`, made.get(name) ?? "");
  const date = (): string => new Date(Date.UTC(2026, 10, 22 + shop.closed)).toISOString().slice(0, 10);
  let last = { phase: "idle", done: 0, total: 0, date: "", error: "" };

  const json = (answer: ServerResponse, value: unknown, status = 200): void => {
    answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  };
  const server: Server = createServer((asked, answer) => {
    const path = new URL(asked.url ?? "/", "http://shop.test").pathname;
    if (path === "/demo/api/state") {
      json(answer, {
        date: date(),
        clock: 0,
        run: shop.run,
        ready: true,
        warming: { done: 90, total: 90 },
        visitors: 20000,
        site: "demo-shop.example",
      });
      return;
    }
    if (path === "/demo/api/next") {
      if (asked.method === "POST") {
        const named = new URL(asked.url ?? "/", "http://shop.test").searchParams.get("date");
        if (named !== date()) return json(answer, { detail: "not today" }, 409);
        last = { phase: "done", done: 1, total: 1, date: date(), error: "" };
        shop.closed++;
      }
      json(answer, last, asked.method === "POST" ? 202 : 200);
      return;
    }
    if (path === "/api/v1/report") return json(answer, { detail: "sign in" }, 401);
    const below = path.startsWith("/demo/shop/") ? path.slice("/demo/shop/".length) : `../${path.slice("/demo/".length)}`;
    const name = below === "" || below.endsWith("/") ? `${below}index.html` : below;
    const text = made.get(name);
    if (text === undefined) return void answer.writeHead(404).end();
    answer.writeHead(200, {
      "Content-Type": kinds[name.split(".").at(-1) ?? ""] ?? "",
      "Content-Security-Policy": policy,
      "Cache-Control": "no-store",
    });
    answer.end(name.endsWith(".html") && shop.script ? text.replace("<!--dunlin-->", tags) : text);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const shop: Shop = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script: true,
    run: "one",
    closed: 0,
    close: () =>
      new Promise((settle) => {
        server.close(() => settle());
        server.closeAllConnections();
      }),
  };
  return shop;
}
