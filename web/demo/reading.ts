import type { ClearCell, ClearReport, WhyChoice } from "../sdk/src/protocol";
import { put, type Language, type Text } from "./shop/language";

/** Reports and decisions in words that somebody who has never heard of Dunlin understands. */
const words = {
  present: { en: "Somebody was here today.", zh: "今天有人来过。" },
  audience: { en: "They belong to the group “{segment}”.", zh: "属于“{segment}”这一组。" },
  funnel: { en: "They got as far as: {column}.", zh: "走到了这一步：{column}。" },
  funnelIn: { en: "In the group “{segment}” they got as far as: {column}.", zh: "在“{segment}”组中走到了：{column}。" },
  exposed: { en: "They saw {slot}: {column}.", zh: "看到了{slot}：{column}。" },
  exposedIn: { en: "In the group “{segment}” they saw {slot}: {column}.", zh: "在“{segment}”组中看到了{slot}：{column}。" },
  clicked: { en: "They clicked {slot}: {column}.", zh: "点击了{slot}：{column}。" },
  clickedIn: { en: "In the group “{segment}” they clicked {slot}: {column}.", zh: "在“{segment}”组中点击了{slot}：{column}。" },
  converted: { en: "They reached the goal of {slot}: {column}.", zh: "达成了{slot}的目标：{column}。" },
  convertedIn: {
    en: "In the group “{segment}” they reached the goal of {slot}: {column}.",
    zh: "在“{segment}”组中达成了{slot}的目标：{column}。",
  },
  other: { en: "{metric} {segment} {column}", zh: "{metric} {segment} {column}" },

  sampled: { en: "It looked best to your browser.", zh: "您的浏览器判断它最合适。" },
  explored: { en: "By chance: now and then each is tried, so that none is forgotten.", zh: "随机尝试：偶尔每个版本都试一下，免得遗漏。" },
  kept: { en: "It stays for this visit, so that nothing changes under your eyes.", zh: "本次访问内保持不变，免得内容在您眼前变来变去。" },
  holdout: {
    en: "You are in the one tenth that always gets the default, to compare with.",
    zh: "您在那十分之一的对照组里，始终看到默认内容，用来比较。",
  },
  ineligible: { en: "You are not among those whom it is for.", zh: "您不在它的适用范围内。" },
  capped: { en: "You have seen it often enough.", zh: "您已看到足够多次。" },
  resting: { en: "You have seen it a short while ago; it rests.", zh: "您不久前刚看过，暂停展示。" },
  excluded: { en: "Another offer of its kind goes first.", zh: "同类的另一活动优先。" },
} as const satisfies Record<string, Text>;

const names: Readonly<Record<string, Text>> = {
  regulars: { en: "regulars", zh: "常客" },
  "shoes and bags": { en: "shoes and bags", zh: "鞋包爱好者" },
  "sports and kids": { en: "sports and kids", zh: "运动与儿童" },
  returning: { en: "returning", zh: "回访" },
  new: { en: "new", zh: "新访客" },
  visit: { en: "visit", zh: "访问" },
  cart: { en: "cart", zh: "购物车" },
  order: { en: "order", zh: "下单" },
  hero: { en: "the hero", zh: "首页大图" },
  promotion: { en: "the promotion", zh: "促销条" },
  plain: { en: "plain (the default)", zh: "默认" },
  shoes: { en: "shoes", zh: "鞋履" },
  bags: { en: "bags", zh: "包袋" },
  watches: { en: "watches", zh: "腕表" },
  sports: { en: "sports", zh: "运动" },
  kids: { en: "kids", zh: "儿童" },
  free_shipping: { en: "free shipping", zh: "免运费" },
  bundle: { en: "two from one shelf", zh: "同类两件" },
  holdout: { en: "the default, for comparison", zh: "默认（对照组）" },
};

/** All names of the plan as the shop's visitors read them. */
export function allNames(l: Language): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).map(([name, text]) => [name, text[l]]));
}

/** A name of the plan as the shop's visitors read it. */
export function named(name: string, l: Language): string {
  return Object.hasOwn(names, name) ? names[name]![l] : name;
}

/** One cell of a report in a sentence. */
export function cellInWords(cell: ClearCell, l: Language): string {
  const [kind = "", slot = ""] = cell.metric.split(/[:\s]+/);
  const values = { metric: cell.metric, segment: named(cell.segment, l), column: named(cell.column, l), slot: named(slot, l) };
  const whole = kind === "present" || kind === "audience";
  const word = cell.segment !== "" && !whole ? `${kind}In` : kind;
  const known = Object.hasOwn(words, word) ? (word as keyof typeof words) : "other";
  return put(words[known][l], values).trim();
}

/** Why a slot shows what it shows, in a sentence. */
export function reasonInWords({ reason, kept }: Pick<WhyChoice, "reason" | "kept">, l: Language): string {
  const between = l === "zh" ? "" : " ";
  return words[reason][l] + (kept && reason !== "holdout" ? between + words.kept[l] : "");
}

/** The click rate that the browser reckoned an option with: drawn, or expected where nothing was drawn. */
export function rate({ draw, mean }: WhyChoice["options"][number]): number {
  return draw > 0 ? draw : mean;
}

/** The options of a decision, the one that is shown first, then by what the browser drew for them. */
export function ranked(why: WhyChoice): WhyChoice["options"] {
  return why.options.toSorted((a, b) => Number(b.variant === why.variant) - Number(a.variant === why.variant) || rate(b) - rate(a));
}

/** Half the width of the 95 % interval of the noise in one released cell: both parties add their own. */
export function spread(sigma2: number): number {
  return Math.round(1.96 * Math.sqrt(2 * sigma2));
}

const delta = 1e-6;

/**
 * The epsilon of one report, against whoever breaks one of the two parties.
 *
 * Source: Canonne, Kamath and Steinke 2020: the least over alpha > 1 of
 * alpha rho + ln(1 - 1/alpha) + (ln(1/delta) - ln alpha)/(alpha - 1), rho = w/(2 sigma^2).
 */
export function epsilon({ weight, sigma2 }: Pick<ClearReport, "weight" | "sigma2">): number {
  const rho = weight / (2 * sigma2);
  const at = (alpha: number): number => alpha * rho + Math.log(1 - 1 / alpha) + (Math.log(1 / delta) - Math.log(alpha)) / (alpha - 1);
  let [low, high] = [1 + 1e-9, 1e6]; // ternary search in the logarithm of alpha - 1
  for (let i = 0; i < 200; i++) {
    const third = Math.cbrt((high - 1) / (low - 1));
    const a = 1 + (low - 1) * third;
    const b = 1 + (high - 1) / third;
    if (at(a) < at(b)) high = b;
    else low = a;
  }
  return at(low);
}
