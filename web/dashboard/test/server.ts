/**
 * A console of invented data: the API of the fixture, and the built dashboard under the
 * policy that the real console sends. For the tests, and for vite's server.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Plugin } from "vite";
import type { Order, SiteRole } from "../src/api.ts";
import { day } from "../src/location.ts";
import { answers, changes, report, site, type Odd } from "./fixture.ts";
import { given, loop } from "./loop.ts";

/** As the console sends it for every page. */
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const kinds: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** What the fixture's console knows, and what a test may set. */
export interface Stage {
  signedIn: boolean;
  /** Those that the reader may see; the first has the fixture's report. */
  sites: SiteRole[];
  /** Sites whose releases cannot be read. */
  down: string[];
  passwordSet: boolean;
  byLink: boolean;
  demo: boolean;
  /** The token that signs in, once. */
  token: string;
  odd: Odd;
  /** The report is refused with this status; 0: it is given. */
  broken: number;
  /** Milliseconds that a report takes. */
  slow: number;
  /** No release yet. */
  empty: boolean;
  tokens: { id: string; name: string }[];
  /** Given to the loop, the newest first. */
  orders: Order[];
}

/** A console that is signed in to. */
export function stage(change: Partial<Stage> = {}): Stage {
  return {
    signedIn: true,
    sites: [{ site: "", role: "admin" }],
    down: [],
    passwordSet: true,
    byLink: false,
    demo: true,
    token: "",
    odd: {},
    broken: 0,
    slow: 0,
    empty: false,
    tokens: [],
    orders: [],
    ...change,
  };
}

/** The one name and password that the fixture's console knows. */
export const known = { name: "analyst", password: "flocks over the mudflat" } as const;

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    "Content-Type": status < 400 ? "application/json" : "application/problem+json",
    "Cache-Control": "no-store",
  });
  response.end(JSON.stringify(value));
}

function problem(response: ServerResponse, status: number, reason: string, detail: string): void {
  json(response, status, { type: `urn:dunlin:problem:${reason}`, title: reason, status, detail });
}

async function body(request: IncomingMessage): Promise<Record<string, string>> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return JSON.parse(text || "{}") as Record<string, string>;
}

/** Answers a call below /api/v1/. */
async function answer(path: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse, now: Stage): Promise<void> {
  const call = `${request.method ?? "GET"} ${path}`;
  if (call === "GET session") {
    const role = now.sites.find((one) => one.site === (query.get("site") ?? ""))?.role;
    const who = now.signedIn ? { name: known.name, ...(role && { role }), password_set: now.passwordSet, link: now.byLink } : {};
    return json(response, 200, { signed_in: now.signedIn, demo: now.demo, ...who });
  }
  if (call === "POST session") {
    const sent = await body(request);
    const right = sent["token"] ? sent["token"] === now.token : sent["name"] === known.name && sent["password"] === known.password;
    if (!right) return problem(response, 401, sent["token"] ? "link-used" : "wrong-secret", "That did not sign you in.");
    now.token = "";
    now.signedIn = true;
    now.byLink = !!sent["token"];
    return json(response, 200, { signed_in: true, demo: now.demo, name: known.name, password_set: now.passwordSet, link: now.byLink });
  }
  if (request.method === "DELETE" && path.startsWith("tokens/")) {
    now.tokens = now.tokens.filter(({ id }) => path !== `tokens/${id}`);
    response.writeHead(204).end();
    return;
  }
  if (call === "POST shared") {
    const sent = await body(request);
    if (sent["token"] !== now.token) return problem(response, 401, "link-over", "Ask for another one.");
    if (!sent["password"]) return problem(response, 401, "password-wanted", "Send it beside the token.");
    if (sent["password"] !== known.password) return problem(response, 401, "wrong-secret", "Another one.");
    return json(response, 200, {
      secret: "guest-secret",
      fragment: "#/slots?days=7&slot=hero",
      name: "the week's hero",
      expires: "2026-11-23T09:00:00Z",
    });
  }
  if (request.headers.authorization === "Bearer guest-secret") {
    if (call === "GET site") return json(response, 200, site);
    if (call === "GET report" && !query.has("from")) return json(response, 200, report("2026-11-15", "2026-11-21", now.odd));
    return problem(response, 403, "forbidden", "Not by this link.");
  }
  if (!now.signedIn) return problem(response, 401, "signed-out", "Sign in first.");
  if (call === "GET sites") return json(response, 200, { sites: now.sites });
  const of = query.get("site") ?? "";
  if (of && !now.sites.some(({ site }) => site === of)) return problem(response, 404, "no-site", "Or you may not see it.");
  if (now.down.includes(of)) return problem(response, 503, "site-down", "The console's log says why.");
  switch (call) {
    case "DELETE session":
      now.signedIn = false;
      response.writeHead(204).end();
      return;
    case "PUT password":
      await body(request);
      now.passwordSet = true;
      now.byLink = false;
      response.writeHead(204).end();
      return;
    case "GET site":
      if (now.empty) return problem(response, 404, "no-releases", "Wait for the first release.");
      return json(response, 200, { ...site, site: of || site.site });
    case "GET report": {
      if (now.slow) await new Promise((resolve) => setTimeout(resolve, now.slow));
      if (now.broken) return problem(response, now.broken, "internal", "Its log says why.");
      const found = report(day(query.get("from")) ?? site.first, day(query.get("to")) ?? site.last, now.odd);
      if (found.range.releases === 0) return problem(response, 404, "no-releases", "Choose another range.");
      return json(response, 200, found);
    }
    case "GET changes": {
      const [from, to] = [day(query.get("from")) ?? site.first, day(query.get("to")) ?? site.last];
      return json(response, 200, changes(from, to, now.odd));
    }
    case "GET annotations":
      return json(response, 200, {
        annotations: [{ id: "a1", by: "ann", made: "2026-11-20T09:00:00Z", date: "2026-11-14", text: "Free delivery <b>ended</b>" }],
      });
    case "GET costs":
      return json(response, 200, {
        costs: [
          {
            id: "c1",
            by: "ann",
            made: "2026-11-20T09:00:00Z",
            name: "spring",
            from: "2026-10-08",
            to: "2026-11-06",
            amount: "40000",
            currency: "EUR",
            margin: "40",
          },
        ],
      });
    case "GET shares":
      return json(response, 200, { shares: [] });
    case "GET views":
      return json(response, 200, {
        views: [{ id: "v1", by: "ann", made: "2026-11-20T09:00:00Z", name: "last 90 days", fragment: "#/overview?days=90" }],
      });
    case "GET tokens":
      return json(response, 200, { tokens: now.tokens });
    case "POST tokens": {
      const { name = "", role = "" } = await body(request);
      if (!name) return problem(response, 400, "malformed", "A name has 1 to 64 bytes of text.");
      const made = {
        id: `t${now.tokens.length}`,
        name,
        role,
        by: known.name,
        made: "2026-11-20T09:00:00Z",
        expires: "2027-02-18T09:00:00Z",
      };
      now.tokens.push(made);
      return json(response, 201, { ...made, secret: "shown-once" });
    }
    case "GET accounts":
      return json(response, 200, {
        accounts: [
          { name: known.name, role: "admin", password_set: true },
          { name: "bob", role: "viewer", password_set: false },
        ],
      });
    case "GET audit":
      return json(response, 200, {
        lines: [{ n: 1, time: "2026-11-20T09:00:00Z", who: known.name, via: "session", what: "signed in" }],
        kept: 100_000,
      });
    case "GET snippet":
      return json(response, 200, {
        site: "shop.example",
        tag: `<script src="/dunlin/dunlin.js?v=1" integrity="sha384-abc" data-long="${"x".repeat(300)}" data-dunlin-officer="dunlin-officer1abc"></script>\n`,
        elements: "",
      });
    case "GET loop": {
      const [from, to] = [day(query.get("from")) ?? site.first, day(query.get("to")) ?? site.last];
      return json(response, 200, loop(from, to, now.orders, now.odd.bare === true));
    }
    case "POST loop/orders": {
      const made = given(await body(request), now.orders);
      if (made.variant === "watches") return problem(response, 400, "malformed", "it is stopped already");
      now.orders.unshift(made);
      return json(response, 201, made);
    }
    case "GET answers": {
      const [from, to] = [day(query.get("from")) ?? site.first, day(query.get("to")) ?? site.last];
      return json(response, 200, answers(from, to, query.getAll("cost"), now.odd));
    }
    default:
      return problem(response, 404, "not-found", "There is no such call.");
  }
}

/** Serves a folder and the API on a free port of loopback. */
export async function serve(folder: string, now: Stage): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname.startsWith("/api/v1/")) {
      answer(url.pathname.slice("/api/v1/".length), url.searchParams, request, response, now).catch(() => response.destroy());
      return;
    }
    const name = normalize(url.pathname === "/" ? "/index.html" : url.pathname);
    readFile(join(folder, name)).then(
      (bytes) => {
        response.writeHead(200, { "Content-Type": kinds[extname(name)] ?? "application/octet-stream", "Content-Security-Policy": policy });
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** The fixture's console for vite's own server, while one works on the dashboard. */
export function fixtureConsole(): Plugin {
  const now = stage();
  return {
    name: "dunlin-fixture-console",
    apply: "serve",
    configureServer(vite) {
      vite.middlewares.use("/api/v1/", (request, response) => {
        const url = new URL(request.url ?? "/", "http://localhost");
        void answer(url.pathname.slice(1), url.searchParams, request, response, now);
      });
    },
  };
}
