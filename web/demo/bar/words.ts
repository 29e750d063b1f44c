import { put, type Language, type Text } from "../shop/language";

/** What the demonstration's bar and the page of the next day say. */
const words = {
  bar: { en: "Dunlin demo", zh: "Dunlin 演示" },
  today: { en: "Today is {date}", zh: "今天是 {date}" },
  open: { en: "Show your report", zh: "展开您的报告" },
  close: { en: "Hide your report", zh: "收起您的报告" },
  dashboard: { en: "Dashboard", zh: "数据看板" },
  nextDay: { en: "Next day", zh: "下一天" },
  join: { en: "Join in", zh: "参与统计" },

  starting: { en: "Your browser is getting ready…", zh: "您的浏览器正在准备……" },
  blocked: { en: "The script is blocked. The shop works; you are not counted.", zh: "脚本被拦截。商店照常可用，您不会被统计。" },
  invite: { en: "You are not counted yet.", zh: "您还没有参与统计。" },
  refused: { en: "You said no: you are not counted.", zh: "您选择了不同意：不会被统计。" },
  signal: {
    en: "Your browser’s privacy signal counts as a no.",
    zh: "浏览器的隐私信号视为不同意。",
  },
  measureOff: { en: "Your browser chooses for you, and reports nothing.", zh: "浏览器为您挑选内容，但不报告。" },
  bot: { en: "This browser is driven by a program: it is not counted.", zh: "此浏览器由程序控制，不会被统计。" },
  owner: { en: "This is the owner’s browser: it is not counted.", zh: "这是站长自己的浏览器，不会被统计。" },
  trouble: { en: "You are not counted: {say}", zh: "您未被统计：{say}" },
  otherTab: { en: "Another tab of yours does the counting.", zh: "由您的另一个标签页负责统计。" },
  ones: { en: "Your report: {n} marks in {cells} cells", zh: "您的报告：{cells} 格中有 {n} 个标记" },
  one: { en: "Your report: 1 mark in {cells} cells", zh: "您的报告：{cells} 格中有 1 个标记" },
  ready: { en: "sealed, leaves when you leave this page", zh: "已密封，离开本页时发出" },
  sent: { en: "sent, in two sealed halves", zh: "已发出，分两半密封" },
  used: { en: "sent; what came after your fourth page stays here", zh: "已发出；第四页之后的变化不再发送" },
  owed: { en: "goes out with this page, in a few seconds", zh: "将在几秒后从本页发出" },
  preparing: { en: "being sealed", zh: "正在密封" },

  clear: { en: "Your report in the clear", zh: "您的报告（明文）" },
  clearText: { en: "Nobody but you sees this. Today it says:", zh: "只有您自己看得到。今天它说：" },
  clearRest: { en: "The other {n} cells are 0.", zh: "其余 {n} 格都是 0。" },
  clearNone: { en: "There is none.", zh: "没有。" },
  leaves: { en: "What leaves your browser", zh: "离开浏览器的是什么" },
  half: { en: "one half, sealed for the {who}", zh: "一半，密封给{who}" },
  leader: { en: "shop’s analysts", zh: "商店的分析方" },
  helper: { en: "privacy officer", zh: "隐私官" },
  halvesText: {
    en: "Each half alone is a row of random numbers. Both parties add up everybody’s halves, each adds noise of its own, and only then the two sums are joined.",
    zh: "单看任何一半都只是一串随机数。双方各自把所有人的那一半相加，各自加上噪声，然后才把两个总和合起来。",
  },
  noise: { en: "Each released sum is off by up to ±{n} (95 %).", zh: "每个发布的总和带有 ±{n} 的噪声（95 %）。" },
  cost: { en: "Cost to you: epsilon {epsilon} for today’s report.", zh: "对您的隐私代价：今天的报告 epsilon {epsilon}。" },
  why: { en: "Why this hero", zh: "为什么是这张大图" },
  whyNone: { en: "Your browser has not chosen yet: you see the default.", zh: "浏览器还没有挑选：您看到的是默认内容。" },
  whyShown: { en: "It shows {variant}.", zh: "展示的是：{variant}。" },
  whyGroup: { en: "Your browser counts itself to “{segment}”.", zh: "浏览器把自己归入“{segment}”。" },
  whyDraws: { en: "Click rates it drew:", zh: "它抽到的点击率：" },
  whyMeans: { en: "Click rates it expects of you:", zh: "它预计您的点击率：" },
  whyNext: { en: "A change shows on the next page.", zh: "变化会在下一页显示。" },
  privacy: { en: "All of it, and how to leave", zh: "查看全部，或随时退出" },
  warming: { en: "The other visitors are catching up: {percent}", zh: "其他访客正在追赶进度：{percent}" },
  stateFailed: { en: "The demo does not answer. Is it still running?", zh: "演示程序没有响应，它还在运行吗？" },

  endTitle: { en: "Today is {date}.", zh: "今天是 {date}。" },
  endText: {
    en: "End the day: your browser’s report and those of {n} invented visitors are added up, noised and released.",
    zh: "结束这一天：您的浏览器的报告与 {n} 位虚构访客的报告相加、加噪声，然后发布。",
  },
  end: { en: "End the day", zh: "结束这一天" },
  stepOwn: { en: "Your report is away", zh: "您的报告已发出" },
  stepOwnNone: { en: "No report of yours is in this day", zh: "这一天没有您的报告" },
  stepOwnWait: { en: "Your report is on its way", zh: "您的报告正在路上" },
  stepOwnOwed: {
    en: "It waits some seconds, drawn at random, so that its hour says nothing.",
    zh: "它会随机等上几秒，好让发送时间不透露任何信息。",
  },
  without: { en: "Go on without it", zh: "不等了，继续" },
  stepWarm: { en: "The other visitors catch up on 90 days", zh: "其他访客补完 90 天的经历" },
  stepVisitors: { en: "{n} visitors live their day", zh: "{n} 位访客度过这一天" },
  stepSending: { en: "Their reports are sent, sealed", zh: "他们的报告密封发出" },
  stepReleasing: { en: "Two parties add up and add noise", zh: "双方相加，并各自加噪声" },
  progress: { en: "{done} of {total}", zh: "{done} / {total}" },
  done: { en: "{date} is released.", zh: "{date} 已发布。" },
  doneText: {
    en: "It took {seconds} seconds. The new day has begun; your browser starts a new report.",
    zh: "用时 {seconds} 秒。新的一天已经开始，您的浏览器会写一份新报告。",
  },
  failed: { en: "The day could not be closed: {say}", zh: "这一天未能结束：{say}" },
  again: { en: "Try again", zh: "重试" },
  seeDashboard: { en: "See the new point on the dashboard", zh: "到数据看板看新的一点" },
  goOn: { en: "Go on shopping", zh: "继续逛逛" },
  part: { en: "Your part in it", zh: "其中您的部分" },
  partText: {
    en: "At most {w} cells of yours were 1. Each sum below carries noise of up to ±{n}: with you or without you, it could have come out the same.",
    zh: "您最多有 {w} 格为 1。下面每个总和都带有 ±{n} 的噪声：有您没您，都可能是这个数。",
  },
  partUsed: {
    en: "A browser sends at most four times a day for one visit: what you did after that is not in these sums.",
    zh: "一次访问一天最多发送四次：之后的操作不在这些总和里。",
  },
  partNone: {
    en: "You were not counted that day. These are the sums of all the others.",
    zh: "那一天您没有参与统计。以下是其他所有人的总和。",
  },
  what: { en: "What", zh: "项目" },
  yours: { en: "You", zh: "您" },
  released: { en: "Released", zh: "发布值" },
  visitors: { en: "Visitors", zh: "访客" },
  inGroup: { en: "Group “{segment}”", zh: "“{segment}”组" },
  reached: { en: "Reached: {stage}", zh: "到达：{stage}" },
  saw: { en: "Saw {slot}: {variant}", zh: "看到{slot}：{variant}" },
  won: { en: "Clicked {slot}: {variant}", zh: "点击{slot}：{variant}" },
  signIn: {
    en: "Sign in to the dashboard, with the link that the demo printed, and the released numbers show here too.",
    zh: "用演示程序打印的链接登录数据看板，发布的数字也会显示在这里。",
  },
} as const satisfies Record<string, Text>;

export type Word = keyof typeof words;

/** Says something in a language. */
export function say(word: Word, language: Language, values: Readonly<Record<string, string | number>> = {}): string {
  return put(words[word][language], values);
}

/** Writes a date of the demonstration, YYYY-MM-DD. */
export function day(date: string, language: Language): string {
  const at = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return date;
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(at);
}

/** Writes a whole number. */
export function count(n: number, language: Language): string {
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en").format(n);
}
