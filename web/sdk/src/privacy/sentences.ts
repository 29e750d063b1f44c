/**
 * What the device knows, fact by fact, in sentences.
 *
 * @module
 */

import type { Fact } from "../protocol";
import type { Language, Text } from "./language";

/** The groups, in the order that they are shown in. */
export const GROUPS = {
  basics: ["What you have said of yourself", "您告诉过的基本情况"],
  behaviour: ["How you come here", "您的访问习惯"],
  interests: ["What interests you", "您的兴趣"],
  spending: ["What you buy", "您的消费"],
  learning: ["What you have learnt", "您的学习"],
  satisfaction: ["How content you are", "您的满意度"],
  predictions: ["What is expected", "预测"],
} as const satisfies Record<string, Text>;

export type Group = keyof typeof GROUPS;

/** How a value is written: as it is, a share in percent, an amount, a text of a list. */
type Form = "number" | "percent" | "text" | "score";

type Sentence = readonly [group: Group, form: Form, en: string, zh: string];

/** Sentences of the built-in variables. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  visits: ["behaviour", "number", "You have come here once.|You have come here {n} times.", "您来过 {n} 次。"],
  sessions_30: ["behaviour", "number", "Visits of late, where older ones count less: {n}.", "近期访问（越早权重越低）：{n} 次。"],
  active_days: [
    "behaviour",
    "number",
    "Of the latest 30 days you were here on one.|Of the latest 30 days you were here on {n}.",
    "最近 30 天中您来过 {n} 天。",
  ],
  days_since_first: [
    "behaviour",
    "number",
    "Your first visit was one day ago.|Your first visit was {n} days ago.",
    "您第一次来是在 {n} 天前。",
  ],
  days_since_visit: [
    "behaviour",
    "number",
    "Between your last two visits lay one day.|Between your last two visits lay {n} days.",
    "您最近两次访问相隔 {n} 天。",
  ],
  usual_gap: [
    "behaviour",
    "number",
    "You usually come back after one day.|You usually come back after {n} days.",
    "您通常每隔 {n} 天来一次。",
  ],
  lapse: ["behaviour", "number", "Your last pause was {n} times as long as usual.", "您上次的间隔是平常的 {n} 倍。"],
  usual_hour: ["behaviour", "number", "You mostly come at {n} o’clock.", "您通常在 {n} 点左右来访。"],
  hour: ["behaviour", "number", "You came at {n} o’clock of your own time.", "您这次在当地时间 {n} 点来访。"],
  weekday: ["behaviour", "text", "You came on a {value}.", "您这次在{value}来访。"],
  device: ["behaviour", "text", "You use a {value}.", "您使用的是{value}。"],
  channel: ["behaviour", "text", "You came by: {value}.", "您的来路：{value}。"],
  region: ["behaviour", "text", "By its time zone your device is in: {value}.", "按时区推断，您的设备位于：{value}。"],
  scenario: ["behaviour", "text", "Your situation: {value}.", "您的场景：{value}。"],
  entry: ["behaviour", "text", "You entered by: {value}.", "您的入口页面：{value}。"],
  views: ["behaviour", "number", "You have looked at one page.|You have looked at {n} pages.", "您看过 {n} 个页面。"],
  pages: ["behaviour", "number", "In this visit it was one.|In this visit it was {n} pages.", "本次访问看了 {n} 个页面。"],
  depth: ["behaviour", "number", "In a visit you look at {n} pages.", "您平均每次看 {n} 个页面。"],
  dwell: ["behaviour", "number", "A visit of yours lasts {n} minutes.", "您平均每次停留 {n} 分钟。"],
  clicks: ["behaviour", "number", "You have clicked once.|You have clicked {n} times.", "您点击过 {n} 次。"],
  searches: ["behaviour", "number", "You have searched once.|You have searched {n} times.", "您搜索过 {n} 次。"],
  likes: ["behaviour", "number", "You have liked something once.|You have liked something {n} times.", "您点赞过 {n} 次。"],
  shares: ["behaviour", "number", "You have shared something once.|You have shared something {n} times.", "您分享过 {n} 次。"],
  comments: ["behaviour", "number", "You have commented once.|You have commented {n} times.", "您评论过 {n} 次。"],
  follows: ["behaviour", "number", "You have followed something once.|You have followed something {n} times.", "您关注过 {n} 次。"],
  media: [
    "behaviour",
    "number",
    "You have watched or heard one piece to its end.|You have watched or heard {n} pieces to their end.",
    "您完整看完或听完 {n} 个媒体内容。",
  ],
  top_topic: ["interests", "text", "Most of all you care about: {value}.", "您最感兴趣的是：{value}。"],
  carts: [
    "spending",
    "number",
    "You have put something into the cart once.|You have put something into the cart {n} times.",
    "您加入购物车 {n} 次。",
  ],
  days_since_cart: ["spending", "number", "You last did so one day ago.|You last did so {n} days ago.", "上次加入购物车是 {n} 天前。"],
  orders: ["spending", "number", "You have ordered once.|You have ordered {n} times.", "您下过 {n} 次单。"],
  revenue: ["spending", "number", "All your orders together: {n}.", "您的订单合计：{n}。"],
  average_order: ["spending", "number", "An order of yours on average: {n}.", "您的平均订单金额：{n}。"],
  last_order: ["spending", "number", "Your latest order: {n}.", "您最近一单：{n}。"],
  days_since_order: ["spending", "number", "It was one day ago.|It was {n} days ago.", "最近一单是 {n} 天前。"],
  rfm_recency: ["spending", "score", "How recently you bought, 1 to 5: {n}.", "购买的近度（1 至 5）：{n}。"],
  rfm_frequency: ["spending", "score", "How often you buy, 1 to 5: {n}.", "购买的频度（1 至 5）：{n}。"],
  rfm_money: ["spending", "score", "How much you buy, 1 to 5: {n}.", "购买的额度（1 至 5）：{n}。"],
  price_tier: ["spending", "text", "You look at prices that are: {value}.", "您关注的价位：{value}。"],
  discount_share: ["spending", "percent", "Of your orders, with a discount: {value}.", "您使用优惠的订单占 {value}。"],
  items_per_order: ["spending", "number", "Things in an order: {n}.", "您平均每单 {n} 件。"],
  payment: ["spending", "text", "You mostly pay by: {value}.", "您常用的支付方式：{value}。"],
  refunds: ["spending", "number", "You have given something back once.|You have given something back {n} times.", "您退过 {n} 次款。"],
  refund_share: ["spending", "percent", "Refunds by orders: {value}.", "退款占订单的 {value}。"],
  csat: ["satisfaction", "number", "You were content, 1 to 5: {n}.", "您的满意程度（1 至 5）：{n}。"],
  nps: ["satisfaction", "number", "You would recommend the site, 0 to 10: {n}.", "您的推荐意愿（0 至 10）：{n}。"],
  satisfaction: ["satisfaction", "percent", "All in all you are content to {value}.", "总体满意度：{value}。"],
  sentiment: ["satisfaction", "number", "Your comments, from -1 (unhappy) to 1 (happy): {n}.", "您评论的情绪（-1 消极，1 积极）：{n}。"],
  surveys: ["satisfaction", "number", "You have answered one survey.|You have answered {n} surveys.", "您回答过 {n} 次问卷。"],
  lapse_risk: ["predictions", "percent", "The chance that you stay away for long: {value}.", "您长期不再来访的可能：{value}。"],
  buy_chance: ["predictions", "percent", "The chance that you order: {value}.", "您下单的可能：{value}。"],
};

/** Texts of values that are none of the plan's. */
const VALUES: Readonly<Record<string, Text>> = {
  phone: ["phone", "手机"],
  tablet: ["tablet", "平板"],
  desktop: ["computer", "电脑"],
  direct: ["the address itself", "直接访问"],
  organic: ["a search engine", "搜索引擎"],
  paid: ["an advertisement", "广告"],
  social: ["a social network", "社交网络"],
  email: ["e-mail", "电子邮件"],
  referral: ["a link on another site", "其他网站的链接"],
  push: ["a notification", "推送通知"],
  sms: ["a text message", "短信"],
  wechat: ["WeChat", "微信"],
  affiliate: ["a partner", "合作伙伴"],
  other: ["something else", "其他"],
  africa: ["Africa", "非洲"],
  america_north: ["North America", "北美洲"],
  america_south: ["South America", "南美洲"],
  asia_central: ["Central Asia", "中亚"],
  asia_east: ["East Asia", "东亚"],
  asia_south: ["South Asia", "南亚"],
  asia_southeast: ["South-East Asia", "东南亚"],
  asia_west: ["West Asia", "西亚"],
  europe: ["Europe", "欧洲"],
  oceania: ["Oceania", "大洋洲"],
  low: ["low", "偏低"],
  middle: ["in the middle", "中等"],
  high: ["high", "偏高"],
  weekend: ["weekend", "周末"],
  weekday: ["working day", "工作日"],
  morning: ["morning", "早晨"],
  day: ["daytime", "白天"],
  evening: ["evening", "傍晚"],
  night: ["night", "夜间"],
};

/** Variables whose texts are every plan's, not the site's own. */
const FIXED: readonly string[] = ["device", "channel", "region", "scenario", "price_tier"];

const DAYS: readonly Text[] = [
  ["Monday", "星期一"],
  ["Tuesday", "星期二"],
  ["Wednesday", "星期三"],
  ["Thursday", "星期四"],
  ["Friday", "星期五"],
  ["Saturday", "星期六"],
  ["Sunday", "星期日"],
];

/** What an attribute and an interest say. */
const OWN: Readonly<Record<string, Text>> = {
  attribute: ["{name}: {value}.", "{name}：{value}。"],
  ability: ["Your skill in {name}, where 0 is the middle: {n}.", "您在“{name}”上的水平（0 为中等）：{n}。"],
  affinity: ["{name}: {value} of your interest.", "{name}：占您兴趣的 {value}。"],
  yes: ["yes", "是"],
  no: ["no", "否"],
};

/** The group that a fact belongs to. */
export function groupOf({ name, kind }: Fact): Group {
  if (kind) return "basics";
  if (name.startsWith("affinity.")) return "interests";
  if (name.startsWith("ability.")) return "learning";
  return SENTENCES[name]?.[0] ?? "behaviour";
}

/** Whether a fact says something: it is known, and no count of nothing. */
export function tells({ value, kind }: Fact): boolean {
  return value !== null && (kind !== undefined || value !== 0);
}

/** A fact's value as a text. */
export function valueOf(l: Language, { name, value }: Fact): string {
  if (typeof value === "boolean") return l.say(OWN[value ? "yes" : "no"]!);
  if (typeof value === "number") {
    const form = SENTENCES[name]?.[1];
    if (name === "weekday") return l.say(DAYS[value - 1] ?? ["?", "?"]);
    return form === "percent" || name.startsWith("affinity.") ? l.percent(value) : l.number(value);
  }
  if (value === null) return "";
  if (!FIXED.includes(name)) return l.name(value);
  const parts = (name === "scenario" ? value.split("-") : [value]).map((part) => (VALUES[part] ? l.say(VALUES[part]) : part));
  return parts.join(l.code === "zh" ? "、" : ", ");
}

/** A fact in a sentence. */
export function sentenceOf(l: Language, fact: Fact): string {
  const { name, kind, value } = fact;
  const [what = "", rest = ""] = name.split(/\.(.*)/s);
  const values = { name: l.name(rest || name), value: valueOf(l, fact), ...(typeof value === "number" && { n: value }) };
  if (kind) return l.say(OWN["attribute"]!, values);
  if (what === "ability" || what === "affinity") return l.say(OWN[what]!, values);
  const sentence = SENTENCES[name];
  return l.say(sentence ? [sentence[2], sentence[3]] : OWN["attribute"]!, values);
}
