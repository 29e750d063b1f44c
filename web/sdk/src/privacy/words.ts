/**
 * What the element says, but for facts, events and cells.
 *
 * @module
 */

import type { Text } from "./language";

export const W = {
  missing: [
    "The site’s script does not run here, so nothing is known and nothing is sent.",
    "本站脚本没有在此运行：没有任何了解，也没有任何发送。",
  ],
  off: ["Nothing runs: nothing is learnt, kept or sent.", "没有运行：不了解、不保存、不发送。"],
  waits: [
    "Another tab of this site is in use; this one goes on when it is closed or hidden.",
    "本站的另一个标签页正在使用；关闭或隐藏它后，此页会继续。",
  ],
  failed: ["It can’t be shown now: {say}.", "现在无法显示：{say}。"],
  loading: ["A moment…", "请稍候……"],

  choice: ["Your choice", "您的选择"],
  signal: [
    "Your browser sends the Global Privacy Control signal: both count as refused unless you say otherwise here.",
    "您的浏览器发送了“全球隐私控制”信号：除非您在此另行选择，否则两项都视为拒绝。",
  ],
  saved: ["Saved.", "已保存。"],
  pause: ["Pause", "暂停"],
  resume: ["Resume", "继续"],
  pauseText: [
    "While it pauses your device learns nothing and sends nothing. What it knows stays, and so does what is shown.",
    "暂停期间，您的设备不学习也不发送；已知的内容和展示保持不变。",
  ],
  paused: ["It pauses.", "已暂停。"],
  resumed: ["It goes on.", "已继续。"],
  optOut: ["Refuse both and erase", "全部拒绝并清除"],
  optedOut: ["Both are refused, and what was known is erased.", "两项均已拒绝，已知内容已清除。"],

  facts: ["What your device knows of you", "您的设备了解什么"],
  factsText: [
    "All of it lies on this device alone. Under each fact stand the events that it rests on, as far as they are among the latest 200. Erasing a fact erases the others that rest on the same.",
    "所有内容只保存在本设备上。每条事实下列出其依据的事件（限最近 200 个）。清除一条事实，会同时清除与它同源的其他事实。",
  ],
  segment: ["It counts you among: {segment}.", "它把您归入：{segment}。"],
  none: ["Nothing yet.", "暂无。"],
  events: ["From one event|From {n} events", "依据 {n} 个事件"],
  noEvents: ["From earlier events, no longer kept", "依据较早的事件，已不再保留"],
  unknown: ["What it does not know", "它不了解的"],
  sums: ["Weights that halve in 7, 14, 21, 30 and 60 days: {list}.", "半衰期为 7、14、21、30、60 天的权重：{list}。"],
  erase: ["Erase", "清除"],
  eraseOf: ["Erase: {fact}", "清除：{fact}"],
  erased: ["Erased: {fact}", "已清除：{fact}"],
  notErased: ["It was not erased: {say}.", "未能清除：{say}。"],
  change: ["Change", "更正"],
  changed: ["Changed: {fact}", "已更正：{fact}"],
  notChanged: ["It was not changed: {say}.", "未能更正：{say}。"],

  why: ["Why you see what you see", "为什么您看到这些"],
  rate: ["expected success {value}", "预计成功率 {value}"],
  "reach-own": ["By what you answered before.", "依据您以往的回应。"],
  "reach-everyone": ["By what everyone answers.", "依据所有人的回应。"],
  "reach-order": ["The site’s first channel: too little is known.", "所知太少，用网站的首选渠道。"],
  "reach-holdout": [
    "The site’s first channel: your device is one of those that are never personalized.",
    "用网站的首选渠道：您的设备属于从不个性化的对照组。",
  ],
  "reach-not-for": ["It is not for you now.", "目前不向您展示。"],
  "reach-capped": ["It was shown as often as is allowed.", "已达到允许的展示次数。"],
  reachHabit: ["From {time} on, when you are usually here.", "{time} 起，那是您常来的时候。"],
  reachHour: ["From {time} on.", "{time} 起。"],
  shownHere: ["chosen", "已选"],
  whyNumbers: [
    "{name}: everyone’s rate {prior}, shown to you {shown} times, {won} times with success, fits your interests to {match}, reckoned with {draw}.",
    "{name}：所有人的成功率 {prior}，向您展示 {shown} 次，成功 {won} 次，与您兴趣的契合度 {match}，按 {draw} 计算。",
  ],
  numbers: ["All numbers", "全部数字"],

  reports: ["What was sent", "发送过什么"],
  reportsText: [
    "A report only has these sentences, each with a yes. Two parties each get a half that says nothing alone; only sums over at least a hundred devices are opened, with noise.",
    "报告只包含这些句子，每句都是“是”。两方各得一半，单独一半毫无意义；只有至少一百台设备的总和才会带着噪声被公开。",
  ],
  running: ["The running period, {date}: it may still change", "当前期 {date}：仍可能变化"],
  sentAt: ["{date}, revision {revision}, sent {time}", "{date}，第 {revision} 版，发送于 {time}"],
  mayHave: ["{date}, revision {revision}: ready, perhaps sent", "{date}，第 {revision} 版：已就绪，可能已发送"],
  ofCells: ["{n} of {cells} answers are a yes", "{cells} 项回答中有 {n} 项为“是”"],
  noReports: ["No report was made yet.", "尚未生成报告。"],
  nothingIn: ["Nothing is in it yet.", "其中还没有内容。"],

  budget: ["What it costs of your privacy", "隐私预算"],
  today: ["Today", "今天"],
  month: ["In 30 days", "30 天内"],
  year: ["In a year", "一年内"],
  atMost: ["ε {used} of at most {cap}", "ε {used}，上限 {cap}"],
  ofReports: ["ε {used} of at most {cap}, in {n} report|ε {used} of at most {cap}, in {n} reports", "ε {used}，上限 {cap}，共 {n} 份报告"],
  used: ["ε {used}", "ε {used}"],
  delta: [
    "All with δ = {delta}, against everyone, if one of the two parties is honest.",
    "均为 δ = {delta}，只要两方中有一方诚实，对任何人都成立。",
  ],
  meaning: [
    "Read it so: with ε {used}, whatever anybody concludes from the published numbers is at most {times} times as likely as if your reports had said nothing, but for one chance in a million.",
    "这样理解：ε 为 {used} 时，任何人从公布的数字得出某个结论的可能性，最多是您的报告什么都没说时的 {times} 倍（除去百万分之一的可能）。",
  ],
  spent: ["When it is spent nothing is sent until it recovers.", "用完后不再发送，直到恢复。"],

  carry: ["Carry my profile to another device", "把我的资料带到另一台设备"],
  carryText: [
    "Both devices then know the same and choose alike. Budget and report number stay where they are: they are the device’s own.",
    "之后两台设备了解的内容相同，选择也相同。预算和报告编号不会转移：它们属于各自的设备。",
  ],
  give: ["From this device", "从本设备导出"],
  take: ["To this device", "导入到本设备"],
  passphrase: ["Passphrase", "口令"],
  passphraseText: [
    "Whoever has the file and these words can read your profile. Keep them apart; at least 12 characters.",
    "拥有文件和口令的人能读取您的资料。请分开保管；至少 12 个字符。",
  ],
  passphraseTake: ["The words that the other device showed", "另一台设备上显示的口令"],
  another: ["Make another", "换一个"],
  toFile: ["Save as a file", "保存为文件"],
  toCodes: ["Show as QR codes", "显示为二维码"],
  sealing: ["Sealing it takes a second or two…", "正在加密，需要一两秒……"],
  savedFile: [
    "Saved. Take the file to the other device, open this page there and read it in.",
    "已保存。请把文件带到另一台设备，在那里打开此页并读入。",
  ],
  code: ["Code {number} of {of}", "第 {number} 个，共 {of} 个"],
  before: ["Before", "上一个"],
  next: ["Next", "下一个"],
  run: ["Run through", "自动播放"],
  stop: ["Stop", "停止"],
  showing: [
    "One code is shown. Read it with the other device’s camera on this page there.|{n} codes are shown, one after the other. Read them with the other device’s camera on this page there, in any order.",
    "将依次显示 {n} 个二维码。请在另一台设备的此页用相机读取，顺序不限。",
  ],
  fromFile: ["Read the file", "读取文件"],
  fromPictures: ["Read pictures of the codes", "读取二维码图片"],
  fromCamera: ["Read codes with the camera", "用相机读取二维码"],
  opening: ["Opening it…", "正在打开……"],
  taken: [
    "Done: what the other device knew is joined with what this one knows, and nothing is counted twice. Budget and report number have not changed.",
    "完成：另一台设备的了解已与本设备合并，没有重复计算。预算和报告编号没有变化。",
  ],
  parts: ["{n} of {of} codes are read; missing: {list}. Show these again.", "已读取 {n}/{of} 个；还缺：{list}。请再次显示这些。"],
  allParts: ["All {of} codes are read.", "{of} 个二维码已全部读取。"],
  other: [
    "This code is of another file. Begin anew, with the codes of one showing.",
    "这个二维码属于另一个文件。请用同一次显示的二维码重新开始。",
  ],
  badCode: ["A code is damaged. Show it again.", "有一个二维码已损坏，请再次显示。"],
  noCode: ["No code of a profile is in the picture {name}. Take a sharper one.", "图片 {name} 中没有资料二维码，请拍得更清晰。"],
  noCamera: [
    "The camera can’t be used here: {say}. Save pictures of the codes or the file instead.",
    "无法使用相机：{say}。请改用二维码图片或文件。",
  ],
  again: ["Begin anew", "重新开始"],

  short: ["The passphrase is too short: take at least 12 characters.", "口令太短：至少 12 个字符。"],
  wrongWords: [
    "Another passphrase opens this file. Look at the other device, or make a new file. Nothing has changed.",
    "口令不对。请查看另一台设备，或重新制作文件。没有任何改变。",
  ],
  damaged: [
    "The file is damaged or no profile. Make it anew on the other device. Nothing has changed.",
    "文件已损坏或不是资料。请在另一台设备上重新制作。没有任何改变。",
  ],
  wrongSite: [
    "The file is of another site. Make one on this site, on the other device. Nothing has changed.",
    "文件属于另一个网站。请在另一台设备的本站上制作。没有任何改变。",
  ],
  wrongPlan: [
    "The file is of another plan of this site. Open the site on both devices, so that they have the same, and make the file anew. Nothing has changed. ({say})",
    "文件属于本站的另一个方案。请在两台设备上都打开本站，使方案一致，再重新制作文件。没有任何改变。（{say}）",
  ],

  all: ["Everything", "全部"],
  json: ["Save all of it as JSON", "全部保存为 JSON"],
  forget: ["Forget me", "忘记我"],
  forgetText: [
    "Erases what was learnt, the list of events and that of reports. A stub stays: budget spent, date of the last report, highest number of a plan. Without it erasing would buy a second report. A last report without any yes takes the place of this period’s, where one was sent.",
    "清除学到的内容、事件列表和报告列表。会留下一个存根：已用预算、最近报告的日期、见过的最高方案编号；没有它，清除就能多换一份报告。若本期已发送报告，最后会以一份全空的报告取而代之。",
  ],
  sure: ["Yes, erase it all", "是，全部清除"],
  keep: ["No, keep it", "否，保留"],
  forgotten: ["All is erased. The device begins anew.", "已全部清除，设备重新开始。"],
} as const satisfies Record<string, Text>;

/** What is said of a file that was not taken, by the code of carry.ts; other codes are the module's. */
export const REFUSALS: Readonly<Record<number, Text>> = { [-100]: W.short, [-101]: W.wrongWords, [-102]: W.damaged, [-103]: W.wrongSite };
