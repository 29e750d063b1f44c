import { describe, expect, test } from "vitest";
import { Client, type Fault } from "../src/client.ts";

/** A fetch that notes what was asked and gives the same answer each time. */
function answering(answer: () => Response | Promise<Response>): { client: Client; asked: [string, RequestInit][] } {
  const asked: [string, RequestInit][] = [];
  const client = new Client((url, init) => {
    asked.push([url, init]);
    return Promise.resolve().then(answer);
  });
  return { client, asked };
}

const problem = (status: number, reason: string): Response =>
  new Response(JSON.stringify({ type: `urn:dunlin:problem:${reason}`, title: "No.", status, detail: "Do something else." }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });

test("asks with cookies of this origin alone, and sends JSON where something changes", async () => {
  const { client, asked } = answering(() => Response.json({ signed_in: true, demo: false }));
  await client.session();
  await client.signIn({ token: "a-token" });
  await client.setPassword("twelve and more");
  await client.report({ from: "2026-10-01", to: "2026-10-31" });
  expect(asked.map(([url, { method }]) => [method, url])).toEqual([
    ["GET", "api/v1/session"],
    ["POST", "api/v1/session"],
    ["PUT", "api/v1/password"],
    ["GET", "api/v1/report?from=2026-10-01&to=2026-10-31"],
  ]);
  for (const [, init] of asked) expect(init).toMatchObject({ credentials: "same-origin", cache: "no-store" });
  expect(asked[0]![1].body).toBeUndefined();
  expect(asked[1]![1]).toMatchObject({ body: '{"token":"a-token"}', headers: { "Content-Type": "application/json" } });
  expect(asked[2]![1].body).toBe('{"password":"twelve and more"}'); // no old one: none is sent
});

describe("no call throws", () => {
  test.each<[string, () => Response | Promise<Response>, Fault]>([
    ["no network", () => Promise.reject(new TypeError("Failed to fetch")), "offline"],
    ["the session is over", () => problem(401, "signed-out"), "signed-out"],
    ["a wrong password", () => problem(401, "wrong-secret"), "wrong-secret"],
    ["a used link", () => problem(401, "link-used"), "wrong-secret"],
    ["too many attempts", () => problem(429, "slow-down"), "slow-down"],
    ["no release", () => problem(404, "no-releases"), "empty"],
    ["a reason that it does not know", () => problem(503, "flood"), "refused"],
    ["a proxy's page", () => new Response("<h1>502</h1>", { status: 502, headers: { "Content-Type": "text/html" } }), "broken"],
    ["a broken problem", () => new Response("{", { status: 500, headers: { "Content-Type": "application/problem+json" } }), "broken"],
    ["no JSON", () => new Response("<!doctype html>"), "broken"],
  ])("%s", async (_, answer, fault) => {
    const outcome = await answering(answer).client.site();
    expect(outcome).toMatchObject({ ok: false, fault });
    if (!outcome.ok && fault === "refused") expect(outcome.detail).toBe("Do something else.");
  });

  test("an empty answer", async () => {
    expect(await answering(() => new Response(null, { status: 204 })).client.signOut()).toEqual({ ok: true, value: undefined });
  });
});

test("asks about one of several sites, and signs in at none", async () => {
  const { client, asked } = answering(() => Response.json({}));
  client.of = "shop & co.example";
  await client.report({ from: "2026-10-01", to: "2026-10-31" });
  await client.call("POST", "views", {});
  await client.sites();
  await client.signIn({ token: "a-token" });
  expect(asked.map(([url]) => url)).toEqual([
    "api/v1/report?from=2026-10-01&to=2026-10-31&site=shop%20%26%20co.example",
    "api/v1/views?site=shop%20%26%20co.example",
    "api/v1/sites",
    "api/v1/session",
  ]);
});
