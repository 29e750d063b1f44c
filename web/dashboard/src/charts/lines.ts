/**
 * Lines over dates, each in the band of its interval. A date without a number leaves a
 * gap in both.
 *
 * @module
 */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, CustomSeriesRenderItemReturn } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import { base, names, tooltip, values, type Picture } from "./frame.ts";
import type { Inks } from "./inks.ts";
import type { Tip } from "./tip.ts";

/** A number with its bounds. */
export interface Point {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One line. */
export interface Line {
  readonly name: string;
  /** Index of its colour. */
  readonly color: number;
  /** By date; undefined: withheld, or nothing was released. */
  readonly points: readonly (Point | undefined)[];
  /** In the background: another is in focus. */
  readonly faded: boolean;
}

/** What is to be drawn. */
export interface Lines {
  readonly dates: readonly string[];
  readonly lines: readonly Line[];
  readonly writeDate: (date: string) => string;
  readonly writeValue: (value: number) => string;
  readonly tip: (index: number) => Tip;
  /** Lowest value of the axis: 0, or as the numbers have it. */
  readonly from: "zero" | "numbers";
  /** Dates at which something happened: a line down the chart. */
  readonly marks?: readonly number[];
  /** A line at 0: what lies above it is gain. */
  readonly zeroLine?: boolean;
  /** The axis goes no further, whatever the intervals do; they are cut there. */
  readonly within?: { readonly min: number; readonly max: number; readonly interval: number };
}

/** Runs of consecutive dates that have a number, as [first, last]. */
export function runs(points: readonly (Point | undefined)[]): [number, number][] {
  const found: [number, number][] = [];
  points.forEach((point, index) => {
    const last = found.at(-1);
    if (!point) return;
    if (last && last[1] === index - 1) last[1] = index;
    else found.push([index, index]);
  });
  return found;
}

/** Draws a line's band: a polygon for each run, a stroke for a date that stands alone. */
function band(line: Line, color: string) {
  return (_: unknown, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn => {
    const at = (index: number, value: number): number[] => api.coord([index, value]);
    return {
      type: "group",
      silent: true,
      children: runs(line.points).map(([first, last]) => {
        const inside = line.points.slice(first, last + 1) as Point[];
        const upper = inside.map(({ high }, index) => at(first + index, high));
        const lower = inside.map(({ low }, index) => at(first + index, low)).reverse();
        if (first === last) {
          const [top, bottom] = [upper[0]!, lower[0]!];
          const shape = { x1: top[0]!, y1: top[1]!, x2: bottom[0]!, y2: bottom[1]! };
          return { type: "line" as const, shape, style: { stroke: color, lineWidth: 3, opacity: 0.35 } };
        }
        return {
          type: "polygon" as const,
          shape: { points: [...upper, ...lower] },
          style: { fill: color, opacity: line.faded ? 0.06 : 0.2 },
        };
      }),
    };
  };
}

function option(chart: Lines, inks: Inks, width: number): EChartsCoreOption {
  const colorOf = (line: Line): string => inks.series[line.color % inks.series.length]!;
  // Axis and bands reach as far as the widest interval, so it has a (transparent) line of its own.
  const bounds = (pick: (point: Point) => number): (number | "-")[] =>
    chart.dates.map((_, index) => {
      const there = chart.lines.filter(({ faded }) => !faded).flatMap(({ points }) => points[index] ?? []);
      return there.length > 0 ? (pick === highOf ? Math.max(...there.map(pick)) : Math.min(...there.map(pick))) : "-";
    });
  const unseen = { type: "line", silent: true, showSymbol: false, symbol: "none", lineStyle: { opacity: 0 }, z: 0 };
  return {
    ...base(inks),
    grid: { left: 4, right: 12, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(inks, "axis", chart.tip),
    xAxis: names(inks, chart.dates.map(chart.writeDate), {
      boundaryGap: chart.dates.length === 1,
      axisLine: { onZero: false, lineStyle: { color: inks.rule } },
      axisLabel: { interval: Math.max(0, Math.ceil(chart.dates.length / Math.max(2, Math.floor(width / 90))) - 1) },
    }),
    yAxis: values(inks, chart.writeValue, { scale: chart.from === "numbers", ...(chart.within ?? {}) }),
    series: [
      ...chart.lines.map((line) => ({
        type: "line",
        name: line.name,
        data: line.points.map((point) => point?.value ?? "-"),
        color: colorOf(line),
        lineStyle: { width: line.faded ? 1 : 2, opacity: line.faded ? 0.35 : 1 },
        symbol: "circle",
        symbolSize: line.faded ? 0 : 6,
        // A number between two gaps has no line to be seen by.
        showSymbol: runs(line.points).some(([first, last]) => first === last),
        emphasis: { disabled: true },
        z: line.faded ? 2 : 3,
      })),
      { ...unseen, data: bounds(highOf) },
      { ...unseen, data: bounds(({ low }) => low) },
      ...chart.lines.map((line) => ({
        type: "custom",
        renderItem: band(line, colorOf(line)),
        data: [[0, 0]],
        encode: { x: -1, y: -1 },
        silent: true,
        clip: true,
        tooltip: { show: false },
        z: 1,
      })),
      ...(chart.marks && chart.marks.length > 0
        ? [
            {
              type: "custom",
              silent: true,
              data: chart.marks.map((index) => [index]),
              encode: { x: 0, y: -1 },
              tooltip: { show: false },
              z: 2,
              renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn => {
                const area = params.coordSys as unknown as { y: number; height: number };
                const x = api.coord([api.value(0), 0])[0]!;
                return {
                  type: "group",
                  children: [
                    {
                      type: "line",
                      shape: { x1: x, x2: x, y1: area.y, y2: area.y + area.height },
                      style: { stroke: inks.muted, lineWidth: 1, lineDash: [3, 3] },
                    },
                    { type: "circle", shape: { cx: x, cy: area.y + 4, r: 4 }, style: { fill: inks.muted } },
                  ],
                };
              },
            },
          ]
        : []),
      ...(chart.zeroLine
        ? [
            {
              type: "line",
              silent: true,
              data: chart.dates.map(() => 0),
              showSymbol: false,
              symbol: "none",
              color: inks.muted,
              lineStyle: { width: 1 },
              z: 1,
            },
          ]
        : []),
    ],
  };
}

const highOf = ({ high }: Point): number => high;

/** A picture of lines. */
export function lines(chart: Lines, pick?: (index: number) => void): Picture {
  return {
    option: (inks, width) => option(chart, inks, width),
    points: chart.dates.length,
    tip: chart.tip,
    anchor: 0,
    along: "x",
    pick,
  };
}
