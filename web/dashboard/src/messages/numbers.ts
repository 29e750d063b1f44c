/** How numbers, their intervals and what is withheld are spoken of. */
export const numbers = {
  "interval.title": { en: "Interval", zh: "区间" },
  "interval.both": { en: "Noise and chance", zh: "噪声与偶然" },
  "interval.noise": { en: "Noise only", zh: "仅噪声" },
  "interval.bothWhy": {
    en: "95% intervals with the noise and the chance of who happened to come: for comparing days and groups. Over several days they take a device that returns for a new one and are too narrow, most of all for segment shares.",
    zh: "95% 区间，计入噪声以及“恰好是谁来访”的偶然：适合比较不同日期或群体。跨多天时，重复来访的设备被当作新设备，区间因此偏窄，分群占比尤其如此。",
  },
  "interval.noiseWhy": {
    en: "95% intervals of what an exact tracker would have counted, noise alone: for comparing with your own books. Shares, rates and uplifts keep both.",
    zh: "精确统计工具本会得到的数字的 95% 区间，只计入噪声：适合与自己的账目核对。占比、比率和提升仍计入两者。",
  },

  "hidden.noise": { en: "within the noise", zh: "噪声之内" },
  "hidden.wide": { en: "too uncertain", zh: "不够确定" },
  "hidden.empty": { en: "not counted", zh: "未统计" },
  "hidden.title": { en: "Why some numbers are not shown", zh: "为何有些数字不显示" },
  "hidden.noiseWhy": {
    en: "“within the noise”: so small that it could be noise alone.",
    zh: "“噪声之内”：数值小到可能完全来自噪声。",
  },
  "hidden.wideWhy": {
    en: "“too uncertain”: the interval reaches further than half the number to each side.",
    zh: "“不够确定”：区间向两侧各超出数值的一半。",
  },
  "hidden.emptyWhy": {
    en: "“not counted”: no release in these dates counts it.",
    zh: "“未统计”：所选日期内没有发布统计它。",
  },
  "hidden.help": {
    en: "More days help: over four times as many, a count grows fourfold and its noise only doubles. All totals include the numbers withheld here, and the download has them raw.",
    zh: "加长日期范围会有帮助：天数增至四倍时，计数也增至四倍，噪声只增至两倍。各项合计都包含未显示的数字，下载文件中也有其原始值。",
  },
  "hidden.longer": { en: "Show 90 days", zh: "显示 90 天" },

  "table.show": { en: "Table", zh: "表格" },
  "table.chart": { en: "Chart", zh: "图表" },
  "table.showOf": { en: "Show as table: {title}", zh: "以表格显示：{title}" },
  "table.chartOf": { en: "Show as chart: {title}", zh: "以图表显示：{title}" },
  "table.download": { en: "CSV", zh: "CSV" },
  "table.downloadOf": { en: "Download as CSV: {title}", zh: "下载 CSV：{title}" },
  "table.jsonOf": { en: "Download as JSON: {title}", zh: "下载 JSON：{title}" },
  "table.variance": { en: "noise variance", zh: "噪声方差" },
  "table.low": { en: "95% low", zh: "95% 下限" },
  "table.high": { en: "95% high", zh: "95% 上限" },
  "table.exactLow": { en: "noise only low", zh: "仅噪声下限" },
  "table.exactHigh": { en: "noise only high", zh: "仅噪声上限" },
  "table.hidden": { en: "withheld", zh: "未显示" },
  "table.details": { en: "Details", zh: "详情" },
  "table.detailsOf": { en: "Details: {title}", zh: "详情：{title}" },
  "table.search": { en: "Search names", zh: "按名称搜索" },
  "table.found": { en: "Rows: {found} of {all}", zh: "{all} 行中的 {found} 行" },
  "table.sortNote": {
    en: "A heading sorts. Rows whose number is withheld stay last: their place is not known.",
    zh: "点击表头排序。未显示数字的行始终排在最后：其位置未知。",
  },
  "table.nothing": { en: "No row has such a name.", zh: "没有名称匹配的行。" },
  "table.close": { en: "Back (Esc)", zh: "返回（Esc）" },
  "table.none": { en: "no release", zh: "无发布" },
  "table.date": { en: "Date", zh: "日期" },
  "table.segment": { en: "Segment", zh: "分群" },
  "table.stage": { en: "Stage", zh: "阶段" },
  "table.variant": { en: "Variant", zh: "版本" },
  "table.all": { en: "Whole site", zh: "全站" },
  "table.scroll": { en: "{title}, scrolls sideways", zh: "{title}，可左右滚动" },

  "chart.summary": {
    en: "{title}. Use the arrow keys to read it point by point, or switch to the table.",
    zh: "{title}。用方向键逐点阅读，或切换到表格。",
  },
  "chart.focus": { en: "Focus", zh: "聚焦" },

  "uplift.more": { en: "More devices reach “{goal}”", zh: "达成“{goal}”的设备变多了" },
  "uplift.less": { en: "Fewer devices reach “{goal}”", zh: "达成“{goal}”的设备变少了" },
  "uplift.even": { en: "No difference can be told yet", zh: "尚看不出差别" },
  "uplift.unknown": { en: "Not enough data to tell", zh: "数据不足，无法判断" },
} as const;
