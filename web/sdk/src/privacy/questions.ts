/**
 * The two questions of consent, for the element and the banner.
 *
 * @module
 */

import type { Consent } from "../protocol";
import { make } from "./dom";
import type { Text } from "./language";
import type { View } from "./view";

const W = {
  measure: ["Measuring", "统计"],
  measureText: [
    "Your device may report once a period, mixed with everybody’s and blurred by noise.",
    "您的设备可以每期报告一次，与所有人的报告混合并加入噪声。",
  ],
  personalize: ["Choosing for you", "个性化"],
  personalizeText: [
    "Your device may learn from what you do here and pick what you see. What it learns stays on it.",
    "您的设备可以从您的使用中学习，并选择向您展示的内容。学到的只留在设备上。",
  ],
  yes: ["Yes", "同意"],
  no: ["No", "拒绝"],
} as const satisfies Record<string, Text>;

/** The two consents apart, yes and no of equal weight. */
export function yesOrNo(
  view: Pick<View, "l">,
  which: keyof Consent,
  now: boolean | undefined,
  chosen: (yes: boolean) => unknown,
): HTMLElement {
  const { l } = view;
  const [title, text] = which === "measure" ? [W.measure, W.measureText] : [W.personalize, W.personalizeText];
  const answer = (yes: boolean): HTMLElement => {
    const field = make("input", { type: "radio", name: which, value: yes ? "yes" : "no", checked: now === yes });
    field.addEventListener("change", () => void chosen(yes));
    return make("label", {}, field, l.say(yes ? W.yes : W.no));
  };
  const id = `${which}-text`;
  return make(
    "fieldset",
    { class: "yesno", "aria-describedby": id },
    make("legend", {}, l.say(title)),
    make("p", { id }, l.say(text)),
    answer(false),
    answer(true),
  );
}
