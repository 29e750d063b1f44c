/** Overview, audience, funnel and slots, and what stands under each: what is not counted. */
export const views = {
  "present.title": { en: "Devices present", zh: "到访设备" },
  "present.lead.day": { en: "A device counts once a day, however often it comes.", zh: "每台设备每天只计一次，无论来访几次。" },
  "present.lead.week": { en: "A device counts once a week, however often it comes.", zh: "每台设备每周只计一次，无论来访几次。" },
  "present.lead.4 weeks": {
    en: "A device counts once in four weeks, however often it comes.",
    zh: "每台设备每四周只计一次，无论来访几次。",
  },
  "present.mean.day": { en: "Devices a day", zh: "每日设备数" },
  "present.mean.week": { en: "Devices a week", zh: "每周设备数" },
  "present.mean.4 weeks": { en: "Devices in four weeks", zh: "每四周设备数" },
  "present.meanNote": { en: "mean of {n} release|mean of {n} releases", zh: "{n} 次发布的平均值" },
  "present.count": { en: "Devices", zh: "设备数" },
  "present.total": { en: "All dates together", zh: "全部日期合计" },
  "present.totalWhy": {
    en: "The sum counts a device on every day that it came: no release knows that two days saw the same one.",
    zh: "合计会把同一台设备在来访的每一天各计一次：任何一次发布都无从知道两天里是不是同一台。",
  },

  "audience.title": { en: "Segments", zh: "分群" },
  "audience.lead": {
    en: "Each device puts itself into one segment, by its first activity of the period. Its profile stays in the browser.",
    zh: "每台设备根据本周期的首次活动，自行归入一个分群。画像始终留在浏览器里。",
  },
  "audience.over": { en: "Segments over time", zh: "分群随时间的变化" },
  "audience.overOne": { en: "“{segment}” over time", zh: "“{segment}”随时间的变化" },
  "audience.share": { en: "Share", zh: "占比" },
  "audience.perRelease.day": { en: "A day", zh: "每日" },
  "audience.perRelease.week": { en: "A week", zh: "每周" },
  "audience.perRelease.4 weeks": { en: "In four weeks", zh: "每四周" },
  "audience.trend": { en: "Trend", zh: "趋势" },
  "audience.none": { en: "This plan does not count segments", zh: "此方案不统计分群" },
  "audience.noneHelp": {
    en: "Add the metric “audience” and rules under “segments” to dunlin.yaml.",
    zh: "请在 dunlin.yaml 中添加指标“audience”，并在“segments”下写明规则。",
  },
  "audience.all": { en: "All segments", zh: "全部分群" },
  "audience.shareTitle": { en: "Share of each segment", zh: "各分群占比" },

  "funnel.title": { en: "How far devices come", zh: "设备走到哪一步" },
  "funnel.lead": {
    en: "A device counts at the deepest stage that it reached in the period. Each bar holds it and everything deeper.",
    zh: "每台设备按本周期内到达的最深阶段计数，每个条形包含该阶段及更深的所有设备。",
  },
  "funnel.reached": { en: "Reached", zh: "到达" },
  "funnel.ofFirst": { en: "Of the first stage", zh: "占第一阶段" },
  "funnel.ofPrevious": { en: "Of the stage before", zh: "占上一阶段" },
  "funnel.bySegmentTitle": { en: "Reached “{stage}”, by segment", zh: "各分群到达“{stage}”的比率" },
  "funnel.bySegmentLead": {
    en: "Points are rates, lines their 95% intervals. Where two lines overlap, the difference may be chance or noise.",
    zh: "点是比率，线是 95% 区间。两条线若有重叠，差别可能只是偶然或噪声。",
  },
  "funnel.measure": { en: "Measure", zh: "口径" },
  "funnel.stage": { en: "Stage", zh: "阶段" },
  "funnel.kpi": { en: "Reached “{stage}”", zh: "到达“{stage}”" },
  "funnel.kpiNote": { en: "of those at “{first}”; {count} in all", zh: "占“{first}”的比率；共 {count}" },
  "funnel.none": { en: "This plan has no funnel", zh: "此方案没有漏斗" },
  "funnel.noneHelp": {
    en: "Name its stages under “funnel” in dunlin.yaml and add the metric “funnel”.",
    zh: "请在 dunlin.yaml 的“funnel”下列出各阶段，并添加指标“funnel”。",
  },

  "slots.upliftTitle": { en: "What personalizing changes", zh: "个性化带来的改变" },
  "slots.upliftLead": {
    en: "Devices with a choice against the holdout, which always gets the default. Zero means no difference.",
    zh: "把可以挑选内容的设备与始终看默认内容的留出组相比。零表示没有差别。",
  },
  "slots.kpi": { en: "Uplift in “{slot}”", zh: "“{slot}”的提升" },
  "slots.uplift": { en: "Uplift", zh: "提升" },
  "slots.treated": { en: "Personalized", zh: "个性化" },
  "slots.control": { en: "Holdout", zh: "留出组" },
  "slots.upliftOver": { en: "Uplift since the start of these dates", zh: "自所选日期起累计的提升" },
  "slots.upliftOverLead": {
    en: "Each point joins all days up to it, so the band narrows. Personalizing pays where the whole band lies above zero.",
    zh: "每个点合并了截至当天的所有日期，因此区间带逐渐变窄。整条带都在零以上，才能说个性化有效。",
  },
  "slots.noUplift": {
    en: "No uplift: the plan has no holdout for this slot, or does not count both exposures and goals.",
    zh: "没有提升数据：方案没有为此展示位设置留出组，或没有同时统计曝光与目标。",
  },
  "slots.ratesTitle": { en: "Rate of each variant", zh: "各版本的比率" },
  "slots.ratesOf": { en: "Rate of each variant: {segment}", zh: "各版本的比率：{segment}" },
  "slots.ratesLead": {
    en: "Devices that reached the goal “{goal}”, of those that were shown the variant.",
    zh: "看到该版本的设备中，达成目标“{goal}”的比率。",
  },
  "slots.caution": {
    en: "Devices pick by their visitor's interests, so those who saw a variant are no random sample: a high rate says who it suits, not what it would do for everybody. Only the uplift against the holdout is an experiment.",
    zh: "设备按访客的兴趣挑选内容，因此看到某个版本的人并非随机样本：比率高说明它适合这些人，并不说明它对所有人都有同样效果。只有与留出组相比的提升才是实验结果。",
  },
  "slots.matrix": { en: "Segments and variants", zh: "分群与版本" },
  "slots.matrixLead": {
    en: "The stronger the colour, the higher the rate. A tick marks a variant whose interval lies above all others of its row.",
    zh: "颜色越浓，比率越高。对勾表示该版本的区间高于同一行的所有其他版本。",
  },
  "slots.leader": {
    en: "“{variant}” is ahead: its interval lies above those of all other variants.",
    zh: "“{variant}”领先：它的区间高于其他所有版本。",
  },
  "slots.noLeader": {
    en: "No variant is ahead for sure: the highest intervals overlap.",
    zh: "尚不能确定哪个版本领先：最高的几个区间互有重叠。",
  },
  "slots.leads": { en: "ahead", zh: "领先" },
  "slots.exposed": { en: "Shown to", zh: "看到的设备" },
  "slots.won": { en: "Reached the goal", zh: "达成目标" },
  "slots.rate": { en: "Rate", zh: "比率" },
  "slots.holdout": { en: "holdout", zh: "留出组" },
  "slots.pick": { en: "Slot", zh: "展示位" },
  "slots.none": { en: "This plan has no slots", zh: "此方案没有展示位" },
  "slots.noneHelp": {
    en: "Name a slot and its variants under “slots” in dunlin.yaml, and add the metrics “exposed” and “clicked” (or “converted”) for it.",
    zh: "请在 dunlin.yaml 的“slots”下写明展示位及其版本，并为它添加指标“exposed”和“clicked”（或“converted”）。",
  },

  "goal.view": { en: "view", zh: "浏览" },
  "goal.click": { en: "click", zh: "点击" },
  "goal.cart": { en: "cart", zh: "加购" },
  "goal.order": { en: "order", zh: "下单" },

  "uncounted.title": { en: "What is not counted", zh: "哪些没有计入" },
  "uncounted.lead": {
    en: "No interval covers these: they change who is counted, not how surely.",
    zh: "任何区间都不包含以下情况：它们影响的是计入了谁，而不是计得有多准。",
  },
  "uncounted.consent": { en: "No consent", zh: "未同意" },
  "uncounted.consentWhy.ask": {
    en: "Visitors who refused, or have not answered yet: nothing is stored and nothing is sent.",
    zh: "拒绝或尚未作答的访客：不存储，也不发送任何内容。",
  },
  "uncounted.consentWhy.site": {
    en: "Visitors for whom the site's own consent dialog has not said yes: nothing is stored and nothing is sent.",
    zh: "网站自己的同意弹窗未传来“同意”的访客：不存储，也不发送任何内容。",
  },
  "uncounted.consentWhy.assumed": {
    en: "This plan assumes consent, so only those who opted out are missing.",
    zh: "此方案默认同意，因此只缺少主动退出的访客。",
  },
  "uncounted.signals": { en: "Privacy signals", zh: "隐私信号" },
  "uncounted.signalsWhy": {
    en: "Browsers that send Global Privacy Control count as refused, unless the visitor says otherwise.",
    zh: "发送“全球隐私控制”（GPC）信号的浏览器视为拒绝，除非访客另行同意。",
  },
  "uncounted.early": { en: "Gone too soon", zh: "离开过早" },
  "uncounted.earlyWhy": {
    en: "Pages closed before the module was ready, and reports that came after their period had closed.",
    zh: "模块就绪前就关闭的页面，以及周期结束后才送达的报告。",
  },
  "uncounted.storage": { en: "Cleared storage", zh: "存储被清除" },
  "uncounted.storageWhy": {
    en: "Whoever clears the browser's storage, or comes back after it expired, is new again: newcomers are too many, those who return too few.",
    zh: "清除浏览器存储或存储过期后再来的人会重新算作新访客：新访客因此偏多，回访者偏少。",
  },
  "uncounted.bots": { en: "Bots and you", zh: "机器人与你自己" },
  "uncounted.botsWhy": {
    en: "Automated browsers, and browsers marked as the owner's own, do not report.",
    zh: "自动化浏览器，以及标记为站长自用的浏览器，不会上报。",
  },
  "uncounted.persons": { en: "Devices, not people", zh: "是设备，不是人" },
  "uncounted.personsWhy": {
    en: "A person with a phone and a laptop is two devices; a family at one tablet is one.",
    zh: "一个人同时用手机和电脑算两台设备；一家人共用一台平板算一台。",
  },
} as const;
