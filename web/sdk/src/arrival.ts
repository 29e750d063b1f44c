/**
 * How a visit began: by which channel, on what, about where and on which page. Coarse on
 * purpose, and told to the device alone.
 *
 * @module
 */

import type { Page } from "./host";
import type { PageEvent } from "./protocol";

/** Channels by `utm_medium` and `utm_source`; the first that matches. docs/embed.md has the table. */
const CAMPAIGNS: readonly (readonly [string, RegExp])[] = [
  ["paid", /^(.*cpc|cpm|ppc|paid.*|retargeting|display|banner|ads?)$/],
  ["email", /^(e-?mail|newsletter|edm)$/],
  ["sms", /^(sms|mms)$/],
  ["push", /^(web-?)?push|notification$/],
  ["wechat", /^(wechat|weixin|wx|微信)/],
  ["affiliate", /^(affiliates?|partner)$/],
  ["social", /^(social.*|sns|weibo|douyin|tiktok|xiaohongshu|facebook|instagram|linkedin|twitter|x|bilibili|zhihu)$/],
  ["organic", /^(organic|seo)$/],
  ["referral", /^(referral|link)$/],
];

/** Channels by the referrer's host. */
const HOSTS: readonly (readonly [string, RegExp])[] = [
  ["email", /^(mail|outlook|webmail)\./],
  ["wechat", /(^|\.)(weixin|wechat|servicewechat)\.(qq\.)?com$|^(mp\.)?weixin\./],
  ["organic", /(^|\.)(google|bing|baidu|yahoo|yandex|duckduckgo|ecosia|startpage|qwant|naver|sogou|so|sm|brave|seznam)\.[a-z.]{2,6}$/],
  [
    "social",
    /(^|\.)(weibo|facebook|instagram|twitter|x|linkedin|reddit|pinterest|tiktok|douyin|xiaohongshu|zhihu|bilibili|douban|youtube|threads|vk|ok|line|quora)\.(com|cn|cc|net|me|ru)$|^t\.co$|^t\.cn$|^lnkd\.in$/,
  ],
];

/** Parts of the world by the time zone's beginning; the first that matches. */
const ZONES: readonly (readonly [string, RegExp])[] = [
  ["europe", /^(Europe|Arctic|Atlantic\/(Azores|Canary|Faroe|Madeira|Reykjavik))/],
  ["africa", /^(Africa|Atlantic\/(Cape|St_H)|Indian\/(Ant|Comoro|Mah|Maur|May|Reu))/],
  ["oceania", /^(Australia|Pacific|Antarctica\/(Macq|McM)|Indian\/(Christmas|Cocos))/],
  [
    "america_south",
    /^America\/(Arag|Argentina|Asun|Bahia$|Belem|Boa|Bogota|Buenos|Campo|Caracas|Cayenne|Cuiaba|Eirunepe|Fortaleza|Guayaquil|Guyana|La_Paz|Lima|Maceio|Manaus|Montevideo|Noronha|Paramaribo|Porto_V|Punta|Recife|Rio_B|Santarem|Santiago|Sao)|^Atlantic\/(South|Stan)/,
  ],
  ["america_north", /^(America|US|Canada|Atlantic\/Bermuda|Pacific\/Honolulu)/],
  [
    "asia_east",
    /^(Asia\/(Shanghai|Urumqi|Chong|Chung|Harbin|Hong|Macau|Taipei|Tokyo|Seoul|Pyong|Ula|Hovd|Choibalsan)|PRC|ROC|ROK|Japan|Hongkong)/,
  ],
  [
    "asia_southeast",
    /^(Asia\/(Bangkok|Brunei|Dili|Ho_Chi|Saigon|Jakarta|Jayapura|Kuala|Kuching|Makassar|Manila|Phnom|Pontianak|Singapore|Vientiane|Yangon|Rangoon)|Singapore)/,
  ],
  ["asia_south", /^(Asia\/(Calcutta|Kolkata|Colombo|Dhaka|Karachi|Kath|Thimphu|Thimbu|Katm)|Indian\/Maldives)/],
  [
    "asia_central",
    /^Asia\/(Almaty|Aqt|Ashgabat|Atyrau|Bishkek|Dushanbe|Kabul|Oral|Qos|Qyz|Samarkand|Tashkent|Novo|Omsk|Kras|Irk|Yaku|Vlad|Yekat|Chita|Barnaul|Tomsk|Anadyr|Kamchatka|Khandyga|Magadan|Sakhalin|Srednekolymsk|Ust)/,
  ],
  [
    "asia_west",
    /^(Asia\/(Aden|Amman|Baghdad|Bahrain|Baku|Beirut|Damascus|Dubai|Famagusta|Gaza|Hebron|Jerusalem|Tel|Kuwait|Muscat|Nicosia|Qatar|Riyadh|Tbilisi|Tehran|Yerevan)|Israel|Iran|Turkey)/,
  ],
];

const first = (rows: readonly (readonly [string, RegExp])[], text: string): string | undefined =>
  text ? rows.find(([, at]) => at.test(text))?.[0] : undefined;

/**
 * The channel of a page's address and referrer.
 *
 * @param own Host of the site: a referrer of its own says nothing.
 */
export function channelOf(search: string, referrer: string, own: string): string {
  const query = new URLSearchParams(search);
  const utm = (name: string) => (query.get(`utm_${name}`) ?? "").slice(0, 100).toLowerCase();
  const medium = utm("medium");
  const source = utm("source");
  if (medium || source) return first(CAMPAIGNS, medium) ?? first(CAMPAIGNS, source) ?? first(HOSTS, `${source}.com`) ?? "other";
  if (["gclid", "msclkid", "bd_vid", "fbclid_ad", "gbraid", "wbraid"].some((name) => query.has(name))) return "paid";
  let host = "";
  try {
    host = new URL(referrer).hostname;
  } catch {
    return "direct";
  }
  if (!host || host === own) return "direct";
  return first(HOSTS, host) ?? "referral";
}

/** The part of the world of an IANA time zone. */
export function regionOf(zone: string): string {
  return first(ZONES, zone) ?? "other";
}

/** The class of a device, by its pointer and the shorter side of its screen, in CSS pixels. */
export function deviceOf(coarse: boolean, side: number): string {
  return !coarse ? "desktop" : side < 600 ? "phone" : "tablet";
}

/** The group of pages that the page says it belongs to. */
export function groupOf(doc: Document): string {
  const at = doc.querySelector<HTMLElement>(":is(html,body,main,article)[data-dunlin-page]");
  return (at?.dataset["dunlinPage"] ?? doc.querySelector("meta[name='dunlin:page']")?.getAttribute("content") ?? "").slice(0, 100);
}

/** The page's time zone, IANA. Where it can be had so, without Intl: the first use of that blocks a page for 20 ms and more. */
function zoneOf(page: Page): string {
  const { Temporal } = page as { readonly Temporal?: { readonly Now: { timeZoneId(): string } } };
  return Temporal?.Now.timeZoneId() ?? new page.Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

/** The event of an arrival. */
export function arrival(page: Page): PageEvent {
  const { document: doc, location, screen } = page;
  const wechat = /MicroMessenger/.test(page.navigator.userAgent);
  const channel = channelOf(location.search, doc.referrer, location.hostname);
  return {
    kind: "arrive",
    // Inside WeChat's own browser no referrer is told.
    channel: wechat && channel === "direct" ? "wechat" : channel,
    device: deviceOf(page.matchMedia("(pointer: coarse)").matches, Math.min(screen.width, screen.height)),
    region: regionOf(zoneOf(page)),
    page: groupOf(doc),
    offset: -new Date().getTimezoneOffset(),
  };
}
