/**
 * Events of the journal in sentences.
 *
 * @module
 */

import type { PageEvent } from "../protocol";
import type { Language, Text } from "./language";

const SENTENCES: Readonly<Record<string, Text>> = {
  view: ["You looked at a page{topics}.", "您查看了一个页面{topics}。"],
  dwell: ["You stayed for {seconds} seconds{topics}.", "您停留了 {seconds} 秒{topics}。"],
  click: ["You clicked{slot}{topics}.", "您点击了{slot}{topics}。"],
  cart: ["You put something into the cart{topics}.", "您把商品加入购物车{topics}。"],
  order: ["You ordered for {value}{topics}.", "您下了一单，金额 {value}{topics}。"],
  custom: ["It happened: {name}.", "发生了：{name}。"],
  exposure: ["You saw {slot}: {variant}.", "您看到了 {slot}：{variant}。"],
  assign: ["The site gave you {arm} of {campaign}.", "网站为您分配了 {campaign} 的 {arm}。"],
  declare: ["{attribute} was told: {value}.", "已告知 {attribute}：{value}。"],
  search: ["You searched{topics}.", "您进行了搜索{topics}。"],
  social: ["You did this: {act}{topics}.", "您的社交操作：{act}{topics}。"],
  media: ["You watched or heard {quarter} quarters of something{topics}.", "您看或听完 {quarter}/4{topics}。"],
  refund: ["You were refunded {value}{topics}.", "您获得退款 {value}{topics}。"],
  asked: ["You were asked: {survey}.", "向您展示了问卷：{survey}。"],
  answer: ["You answered {survey}: {value}.", "您回答了 {survey}：{value}。"],
  attempt: ["You tried an exercise in {skill}{topics}.", "您做了一道 {skill} 练习{topics}。"],
  arrive: ["You arrived by: {channel}.", "您从 {channel} 到达。"],
  history: ["The site told of an earlier order of {value}{topics}.", "网站告知了较早的一单，金额 {value}{topics}。"],
  listed: ["You were shown the list {list}.", "向您展示了列表 {list}。"],
  picked: ["You picked something from {list}{topics}.", "您从 {list} 中选了一项{topics}。"],
  reached: ["You were shown the message {message}.", "向您展示了消息 {message}。"],
  responded: ["You answered to the message {message}.", "您回应了消息 {message}。"],
};

const ACTS: Readonly<Record<string, Text>> = {
  like: ["like", "点赞"],
  share: ["share", "分享"],
  comment: ["comment", "评论"],
  follow: ["follow", "关注"],
};
const ABOUT: Text = [" (about {list})", "（关于{list}）"];
const IN: Text = [" in {slot}", " {slot} 中"];

/** An event in a sentence, by the names that the site has for its plan's. */
export function eventInWords(l: Language, event: PageEvent): string {
  const values: Record<string, string | number> = { topics: "", slot: "" };
  for (const [key, value] of Object.entries(event)) {
    if (typeof value === "number") values[key] = value;
    else if (typeof value === "string") values[key] = Object.hasOwn(ACTS, value) && key === "act" ? l.say(ACTS[value]!) : l.name(value);
    else if (typeof value === "boolean") values[key] = value ? "✓" : "–";
    else if (Array.isArray(value) && key === "value") values[key] = l.list(value.map((it) => l.name(String(it))));
  }
  const { kind, topics, slot } = event as { readonly kind: string; readonly topics?: readonly string[]; readonly slot?: string };
  if (topics?.length) values["topics"] = l.say(ABOUT, { list: l.list(topics.map((topic) => l.name(topic))) });
  if (kind === "click" && slot !== undefined) values["slot"] = l.say(IN, { slot: l.name(slot) });
  const sentence = Object.hasOwn(SENTENCES, kind) ? SENTENCES[kind] : undefined;
  // What was too long to keep has its kind alone.
  const text = sentence ? l.say(sentence, values) : kind;
  return text.replaceAll(/\{\w+\}/g, "…");
}
