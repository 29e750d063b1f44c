import { expect, test } from "vitest";
import { readTag } from "../src/tag";
import { OFFICER } from "./site";

const read = (data: Record<string, string> = {}, src = "https://shop.example/dunlin/dunlin.js", host = "shop.example") =>
  readTag(src, { dunlinOfficer: OFFICER, dunlinConsent: "ask", ...data }, host);

test("a plain tag", () => {
  expect(read()).toEqual({ base: "https://shop.example/dunlin/", api: "v1", site: "", officer: OFFICER, mode: "ask", clock: 0, fault: "" });
});

test("all of it", () => {
  const data = { dunlinConsent: "site", dunlinApi: "v2", dunlinSite: "shop", dunlinClock: "-3600" };
  expect(read(data, "http://localhost:8080/a/b.js", "localhost")).toMatchObject({
    base: "http://localhost:8080/a/",
    api: "v2",
    site: "shop",
    mode: "site",
    clock: -3600,
  });
});

test.each([
  ["https://shop.example/dunlin.js", "https://shop.example/"],
  ["https://shop.example/dunlin/dunlin.js?v=1", "https://shop.example/dunlin/"],
  ["https://shop.example/dunlin/dunlin.js?v=a/b#c/d", "https://shop.example/dunlin/"],
  ["https://shop.example/x/s", "https://shop.example/x/"],
])("the folder of %s is %s", (src, base) => expect(read({}, src).base).toBe(base));

test.each([
  ["localhost", 60],
  ["127.0.0.1", 60],
  ["[::1]", 60],
  ["shop.example", 0],
  ["localhost.example", 0],
  ["127.0.0.1.example", 0],
])("a clock ahead on %s: %i s", (host, clock) => expect(read({ dunlinClock: "60" }, undefined, host).clock).toBe(clock));

test("a clock that is no number is none", () => {
  for (const dunlinClock of ["", "soon", "NaN"]) expect(read({ dunlinClock }, undefined, "localhost").clock).toBe(0);
});

test.each([
  [{ dunlinOfficer: "" }, "data-dunlin-officer: want a key"],
  [{ dunlinOfficer: OFFICER.slice(1) }, "data-dunlin-officer: want a key"],
  [{ dunlinOfficer: OFFICER + "0" }, "data-dunlin-officer: want a key"],
  [{ dunlinConsent: "" }, "data-dunlin-consent: want ask, site or assumed"],
  [{ dunlinConsent: "asked" }, "data-dunlin-consent: want ask, site or assumed"],
])("%j is refused", (data, fault) => expect(read(data).fault).toBe(fault));
