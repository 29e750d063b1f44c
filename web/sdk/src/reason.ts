/**
 * Why an item is in a list, in words.
 *
 * @module
 */

import type { PickReason } from "./protocol";

/** Why an item is there, by language; {topic} is its topic. */
const REASONS: Readonly<Record<"en" | "zh", Readonly<Record<PickReason, string>>>> = {
  en: {
    viewed: "because you viewed {topic}",
    interest: "because you like {topic}",
    popular: "popular",
    new: "new",
    price: "in your price range",
    page: "goes with this page",
    level: "at your level",
    next: "often looked at next: {topic}",
  },
  zh: {
    viewed: "因为你看过 {topic}",
    interest: "因为你喜欢 {topic}",
    popular: "大家都在看",
    new: "新品",
    price: "符合你的价位",
    page: "与本页相关",
    level: "适合你的水平",
    next: "接下来常看:{topic}",
  },
};

/** The sentence for a reason in a language; Chinese for all that begin with zh. */
export function reasonText(lang: string, reason: PickReason, topic: string): string {
  const texts = REASONS[/^zh/i.test(lang) ? "zh" : "en"];
  // Without its topic the sentence would end in nothing.
  const text = texts[reason].includes("{topic}") && !topic ? texts.popular : texts[reason];
  return text.replace("{topic}", topic);
}
