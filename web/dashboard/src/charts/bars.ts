/**
 * Bars from zero with whiskers over their intervals, for the stages of a funnel.
 *
 * @module
 */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, CustomSeriesRenderItemReturn } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import { base, names, tooltip, values, type Picture } from "./frame.ts";
import type { Inks } from "./inks.ts";
import type { Point } from "./lines.ts";
import type { Tip } from "./tip.ts";

/** One bar. */
export interface Bar {
  readonly name: string;
  /** Undefined: withheld, and `label` says why. */
  readonly point: Point | undefined;
  /** Above the bar: the number with its interval. */
  readonly label: string;
}

/** What is to be drawn. */
export interface Bars {
  readonly bars: readonly Bar[];
  readonly writeValue: (value: number) => string;
  readonly tip: (index: number) => Tip;
}

/** Half the width of a whisker's ends, in pixels. */
const cap = 7;

function whisker(chart: Bars, inks: Inks) {
  return (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn => {
    const point = chart.bars[params.dataIndex]?.point;
    if (!point) return { type: "group", children: [] };
    const [x = 0, top = 0] = api.coord([params.dataIndex, point.high]);
    const bottom = api.coord([params.dataIndex, point.low])[1]!;
    const style = { stroke: inks.ink, lineWidth: 1.5 };
    return {
      type: "group",
      silent: true,
      children: [
        { type: "line", shape: { x1: x, x2: x, y1: top, y2: bottom }, style },
        { type: "line", shape: { x1: x - cap, x2: x + cap, y1: top, y2: top }, style },
        { type: "line", shape: { x1: x - cap, x2: x + cap, y1: bottom, y2: bottom }, style },
      ],
    };
  };
}

function option(chart: Bars, inks: Inks): EChartsCoreOption {
  return {
    ...base(inks),
    grid: { left: 4, right: 4, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: { ...tooltip(inks, "axis", chart.tip), axisPointer: { type: "shadow", shadowStyle: { color: inks.rule, opacity: 0.4 } } },
    xAxis: names(
      inks,
      chart.bars.map(({ name }) => name),
      { axisLabel: { interval: 0, color: inks.ink, fontSize: 13 } },
    ),
    yAxis: values(inks, chart.writeValue, { min: 0 }),
    series: [
      {
        type: "bar",
        data: chart.bars.map(({ point, label }) => ({
          value: point?.value ?? 0,
          label: { show: true, position: "top", distance: 12, formatter: () => label, color: point ? inks.ink : inks.muted, fontSize: 12 },
        })),
        barMaxWidth: 120,
        barCategoryGap: "32%",
        itemStyle: { color: inks.series[0], opacity: 0.82, borderRadius: [4, 4, 0, 0] },
        emphasis: { disabled: true },
        z: 2,
      },
      {
        type: "custom",
        renderItem: whisker(chart, inks),
        data: chart.bars.map(({ point }, index) => [index, point?.high ?? 0]),
        tooltip: { show: false },
        silent: true,
        z: 3,
      },
    ],
  };
}

/** A picture of bars. */
export function bars(chart: Bars, pick?: (index: number) => void): Picture {
  return { option: (inks) => option(chart, inks), points: chart.bars.length, tip: chart.tip, anchor: 0, along: "x", pick };
}
