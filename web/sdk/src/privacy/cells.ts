/**
 * Cells of a report, and decisions, in sentences.
 *
 * @module
 */

import type { ClearCell, WhyChoice } from "../protocol";
import type { Language, Text } from "./language";

/** By the first word of the metric's name; {of} is the rest of it. */
const CELLS: Readonly<Record<string, Text>> = {
  present: ["Somebody was here.", "有人来过。"],
  audience: ["Somebody of the group “{segment}” was here.", "“{segment}”组中有人来过。"],
  funnel: ["They got as far as: {column}.", "走到了这一步：{column}。"],
  exposed: ["They were shown {of}: {column}.", "看到了 {of}：{column}。"],
  clicked: ["They clicked {of}: {column}.", "点击了 {of}：{column}。"],
  converted: ["They reached the goal of {of}: {column}.", "达成了 {of} 的目标：{column}。"],
  topics: ["They looked at something about: {column}.", "看过这个主题：{column}。"],
  next: ["From {segment} they went on to {column}.", "从 {segment} 转到了 {column}。"],
  last: ["The last thing they looked at was about: {column}.", "最后看的主题：{column}。"],
  items: ["They looked at {column}.", "看过 {column}。"],
  state: ["At the start, {of} was: {column}.", "起初 {of} 属于：{column}。"],
  outcome: ["It came to be, of {of}: {column}.", "{of} 的结果：{column}。"],
  tried: ["They tried {column}.", "尝试了 {column}。"],
  solved: ["They solved {column}.", "解出了 {column}。"],
  reached: ["They were shown {of} by: {column}.", "通过 {column} 看到了 {of}。"],
  answered: ["They answered to {of} by: {column}.", "通过 {column} 回应了 {of}。"],
  asked: ["They were asked: {of}.", "被问及：{of}。"],
  dimension: ["By {of} they were: {column}.", "按 {of} 属于：{column}。"],
  returned: ["They came back; by {of} they had been: {column}.", "再次到访；此前按 {of} 属于：{column}。"],
  revenue: ["What they ordered ({of}) came to about: {column}.", "订单金额（{of}）约为：{column}。"],
  acts: ["They did this to something: {column}.", "有过这种社交行为：{column}。"],
  about: ["About “{segment}” they did this: {column}.", "对“{segment}”有过这种行为：{column}。"],
  shared: ["They shared something to {column}.", "分享到了 {column}。"],
  answers: ["They answered {of}: {column}.", "对 {of} 的回答：{column}。"],
};
const IN_GROUP: Text = ["In the group “{segment}”: {text}", "“{segment}”组：{text}"];
const HOLDOUT: Text = ["the default, for comparison", "默认内容（对照组）"];

/** One cell that is 1, in a sentence. */
export function cellInWords(l: Language, { metric, segment, column }: ClearCell): string {
  const [, kind = metric, rest = ""] = /^(\w+)[:\s]+(.*)$/.exec(metric) ?? [];
  const about = kind === "acts" && rest === "by topic"; // its rows are topics
  const sentence = Object.hasOwn(CELLS, kind) ? CELLS[about ? "about" : kind] : undefined;
  const of = l.name(rest);
  const values = { of, segment: l.name(segment), column: column === "holdout" ? l.say(HOLDOUT) : l.name(column) };
  if (!sentence) return [metric, values.segment, values.column].filter(Boolean).join(" · ");
  const text = l.say(sentence, values);
  return segment && kind !== "audience" && kind !== "next" && !about ? l.say(IN_GROUP, { ...values, text }) : text;
}

const REASONS: Readonly<Record<string, Text>> = {
  sampled: ["It looked best to your device.", "您的设备判断它最合适。"],
  explored: ["By chance: now and then each is tried, so that none is forgotten.", "随机尝试：偶尔每个版本都试一下，免得遗漏。"],
  holdout: ["Your device belongs to the few that always get the default, to compare with.", "您的设备属于始终看到默认内容的对照组。"],
  ineligible: ["You are not among those whom the offer is for.", "您不在此活动的适用范围内。"],
  capped: ["You have seen it often enough.", "您已看到足够多次。"],
  resting: ["You have seen it a short while ago; it rests.", "您不久前刚看过，暂停展示。"],
  excluded: ["Another offer of its kind goes first.", "同类的另一活动优先。"],
};
const KEPT: Text = ["It stays for now, so that nothing changes under your eyes.", "暂时保持不变，免得内容在您眼前变来变去。"];
const GROUP: Text = ["It was chosen for your group, “{segment}”.", "按您所在的“{segment}”组选择。"];

/** Why a place shows what it shows, in sentences. */
export function reasonInWords(l: Language, { reason, kept, segment }: Pick<WhyChoice, "reason" | "kept" | "segment">): string {
  const parts = [l.say(REASONS[reason] ?? ([reason, reason] as const))];
  if (kept && reason !== "holdout") parts.push(l.say(KEPT));
  if (segment && (reason === "sampled" || reason === "explored")) parts.push(l.say(GROUP, { segment: l.name(segment) }));
  return parts.join(l.code === "zh" ? "" : " ");
}
