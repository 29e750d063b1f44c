import { put, type Language, type Text } from "../language";

/** What the shop's scripts say. */
const words = {
  added: { en: "In your cart: {name}.", zh: "已加入购物车：{name}。" },
  full: { en: "Nine of one thing is as many as a cart takes.", zh: "同一商品最多九件。" },
  toCart: { en: "See the cart", zh: "查看购物车" },
  inCart: { en: "{n} in the cart", zh: "购物车中有 {n} 件" },
  less: { en: "One less: {name}", zh: "减一件：{name}" },
  more: { en: "One more: {name}", zh: "加一件：{name}" },
  remove: { en: "Remove", zh: "移除" },
  removeName: { en: "Remove {name}", zh: "移除{name}" },
  size: { en: "size {size}", zh: "{size} 码" },
  each: { en: "{sum} each", zh: "单价 {sum}" },
  free: { en: "Free", zh: "免费" },
  listFailed: { en: "The list of products could not be loaded. Reload the page to try again.", zh: "商品列表加载失败，请刷新页面重试。" },
  things: { en: "{n} things", zh: "{n} 件" },
  thing: { en: "1 thing", zh: "1 件" },
  found: { en: "{n} for “{query}”", zh: "“{query}”：{n} 件" },
  foundNone: { en: "Nothing for “{query}”. Try fewer or other words.", zh: "没有找到“{query}”。换个词，或少写几个字试试。" },
  hint: { en: "Try “boot”, “wooden” or “rain”.", zh: "试试“靴”“木头”或“雨”。" },
  needed: { en: "Please fill this in.", zh: "请填写此项。" },
  badEmail: { en: "An e-mail address looks like name@example.org.", zh: "电子邮箱的格式如 name@example.org。" },
  badPostcode: { en: "A postcode has 3 to 10 letters and digits.", zh: "邮政编码为 3 至 10 位字母或数字。" },

  askTitle: { en: "May your browser count you?", zh: "可以让您的浏览器参与统计吗？" },
  askText: {
    en: "This shop has no trackers. If you agree, your own browser keeps a note of what you look at. The note stays in it, and you can have either without the other:",
    zh: "本店没有追踪器。若您同意，浏览器会自己记下您看了什么；记录只留在浏览器里。以下两项可以单独同意：",
  },
  measure: { en: "Count me", zh: "参与统计" },
  measureText: {
    en: "Once a day a report, split in two and sealed. Only sums over everybody are opened, with noise on top.",
    zh: "每天一份报告，拆成两半分别密封。能打开的只有所有人的总和，还加了噪声。",
  },
  personalize: { en: "Choose for me", zh: "为我挑选" },
  personalizeText: {
    en: "Your browser picks, from what every visitor gets, what to show you first.",
    zh: "所有访客收到的内容相同，由您的浏览器从中挑选先给您看什么。",
  },
  refuse: { en: "No to both", zh: "都不同意" },
  keep: { en: "Save my choice", zh: "保存选择" },
  accept: { en: "Yes to both", zh: "都同意" },
  askMore: { en: "How this works", zh: "了解原理" },
  signalText: {
    en: "Your browser sends the Global Privacy Control signal: both count as refused unless you choose otherwise here.",
    zh: "您的浏览器发出了全球隐私控制（GPC）信号：除非您在此另行选择，两项都视为拒绝。",
  },
  saved: { en: "Saved.", zh: "已保存。" },
  chosenNone: {
    en: "You have refused both, or not said. Nothing is learnt, stored or sent.",
    zh: "您拒绝了两项，或尚未选择。什么都不会学习、保存或发送。",
  },
  noScript: {
    en: "The script did not load, or something in your browser blocks it. Nothing is learnt, stored or sent.",
    zh: "脚本没有加载，或被您的浏览器拦截。什么都不会学习、保存或发送。",
  },
  nothingYet: { en: "Nothing yet.", zh: "还没有。" },
  forgotten: { en: "Forgotten.", zh: "已忘记。" },
  notForgotten: { en: "That did not work: {say}", zh: "没有成功：{say}" },
  orderNumber: { en: "order", zh: "订单" },
} as const satisfies Record<string, Text>;

export type Word = keyof typeof words;

/** Says something in a language. */
export function say(word: Word, language: Language, values: Readonly<Record<string, string | number>> = {}): string {
  return put(words[word][language], values);
}
