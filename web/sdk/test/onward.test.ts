import { expect, test } from "vitest";
import type { Page } from "../src/host";
import { watchOnward } from "../src/onward";

/** A page of a browser that does not tell of navigation. */
function page() {
  const heard: ((event: unknown) => void)[] = [];
  let now = 0;
  const onward = watchOnward({
    document: { addEventListener: (_: string, call: (event: unknown) => void) => heard.push(call) },
    location: { origin: "https://shop.example" },
    performance: { now: () => now },
  } as unknown as Page);
  return {
    onward,
    pass: (ms: number) => (now += ms),
    click(link: Partial<Record<"href" | "target" | "download" | "leave", string>> | null, event = {}) {
      const url = new URL(link?.href ?? "/", "https://shop.example/here");
      const anchor = link && {
        href: url.href,
        origin: url.origin,
        target: link.target ?? "",
        dataset: link.leave === undefined ? {} : { dunlinLeave: link.leave },
        hasAttribute: (name: string) => name === "download" && link.download !== undefined,
      };
      for (const call of heard) call({ target: { closest: () => anchor }, ...event });
    },
  };
}

test("a link to another page of the site leads on, for five seconds", () => {
  const p = page();
  expect(p.onward()).toBe(false);
  p.click({ href: "/there" });
  expect(p.onward()).toBe(true);
  p.pass(4999);
  expect(p.onward()).toBe(true);
  p.pass(1);
  expect(p.onward()).toBe(false);
});

test.each([
  ["to another site", { href: "https://other.example/" }, {}],
  ["that opens a tab", { href: "/there", target: "_blank" }, {}],
  ["with Ctrl", { href: "/there" }, { ctrlKey: true }],
  ["with Cmd", { href: "/there" }, { metaKey: true }],
  ["with Shift", { href: "/there" }, { shiftKey: true }],
  ["with Alt, which saves", { href: "/there" }, { altKey: true }],
  ["that the page handles itself", { href: "/there" }, { defaultPrevented: true }],
  ["that is saved", { href: "/file.pdf", download: "" }, {}],
  ["that is saved under a name", { href: "/file.pdf", download: "price list.pdf" }, {}],
  ["to a part of the page", { href: "/here#reviews" }, {}],
  ["to the top of the page", { href: "#" }, {}],
  ["by which the site says that the visit ends", { href: "/signed-out", leave: "" }, {}],
])("a link %s does not", (_, link, event) => {
  const p = page();
  p.click(link, event);
  expect(p.onward()).toBe(false);
});

test("a click beside all links does not, and no element is needed", () => {
  const p = page();
  p.click(null);
  expect(p.onward()).toBe(false);
});
