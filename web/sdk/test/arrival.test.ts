import { describe, expect, test } from "vitest";
import { arrival, channelOf, deviceOf, regionOf } from "../src/arrival";

describe("the channel", () => {
  test.each([
    ["", "", "direct"],
    ["", "https://shop.example/a", "direct"],
    ["", "not an address", "direct"],
    ["", "https://www.google.com/", "organic"],
    ["", "https://www.google.co.uk/", "organic"],
    ["", "https://www.baidu.com/link?url=x", "organic"],
    ["", "https://cn.bing.com/search", "organic"],
    ["", "https://weibo.com/", "social"],
    ["", "https://t.co/x", "social"],
    ["", "https://mp.weixin.qq.com/s/x", "wechat"],
    ["", "https://mail.google.com/", "email"],
    ["", "https://blog.example/", "referral"],
    ["", "https://evilgoogle.com.example/", "referral"],
    ["?utm_source=weibo&utm_medium=social", "", "social"],
    ["?utm_source=google&utm_medium=cpc", "https://www.google.com/", "paid"],
    ["?utm_source=baidu", "", "organic"],
    ["?utm_source=wechat", "", "wechat"],
    ["?utm_medium=Newsletter", "", "email"],
    ["?utm_medium=sms", "", "sms"],
    ["?utm_medium=push", "", "push"],
    ["?utm_medium=affiliate", "", "affiliate"],
    ["?utm_medium=poster", "", "other"],
    [`?utm_medium=${"x".repeat(1 << 20)}`, "", "other"],
    ["?gclid=1", "https://www.google.com/", "paid"],
  ])("of %.60s from %s is %s", (search, referrer, want) => expect(channelOf(search, referrer, "shop.example")).toBe(want));
});

test("regions are as coarse as a part of the world", () => {
  const of = Object.entries({
    "Asia/Shanghai": "asia_east",
    "Asia/Kolkata": "asia_south",
    "Asia/Singapore": "asia_southeast",
    "Asia/Dubai": "asia_west",
    "Asia/Almaty": "asia_central",
    "Europe/Berlin": "europe",
    "America/New_York": "america_north",
    "America/Sao_Paulo": "america_south",
    "America/Argentina/Salta": "america_south",
    "Africa/Lagos": "africa",
    "Pacific/Auckland": "oceania",
    "Australia/Sydney": "oceania",
    UTC: "other",
    "": "other",
  });
  for (const [zone, want] of of) expect(regionOf(zone), zone).toBe(want);
  // Every zone that this engine knows has a part of the world, but for those of no place.
  const lost = Intl.supportedValuesOf("timeZone").filter((zone) => regionOf(zone) === "other");
  expect(lost.filter((zone) => !/^(Etc|UTC|Antarctica|Indian|Atlantic)/.test(zone))).toEqual([]);
});

test("devices are told by pointer and screen", () => {
  expect([deviceOf(false, 400), deviceOf(true, 390), deviceOf(true, 768)]).toEqual(["desktop", "phone", "tablet"]);
});

test("the time zone is had without Intl where that can be", () => {
  const page = {
    document: { referrer: "", querySelector: () => null },
    location: { search: "", hostname: "shop.example" },
    screen: { width: 390, height: 844 },
    navigator: { userAgent: "" },
    matchMedia: () => ({ matches: true }),
    Temporal: { Now: { timeZoneId: () => "Asia/Shanghai" } },
    Intl: { DateTimeFormat: () => ({ resolvedOptions: () => ({ timeZone: "Europe/Berlin" }) }) },
  };
  const region = (p: object) => (arrival(p as never) as { region: string }).region;
  expect(region(page)).toBe("asia_east");
  expect(region({ ...page, Temporal: undefined, Intl })).toBe(regionOf(Intl.DateTimeFormat().resolvedOptions().timeZone));
});
