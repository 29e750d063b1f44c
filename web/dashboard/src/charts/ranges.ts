/**
 * Point ranges: one row a name, a point at the number, a line over its interval. What
 * is withheld says why in its row.
 *
 * @module
 */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, CustomSeriesRenderItemReturn } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import { base, names, tooltip, values, type Picture } from "./frame.ts";
import type { Inks } from "./inks.ts";
import type { Point } from "./lines.ts";
import type { Tip } from "./tip.ts";

/** One row. */
export interface Row {
  readonly name: string;
  /** Undefined: withheld. */
  readonly point: Point | undefined;
  /** Index of its colour; undefined: the colour of what is compared with. */
  readonly color: number | undefined;
  /** The number with its interval, or why it is withheld. */
  readonly label: string;
  /** In the background: another is in focus. */
  readonly faded?: boolean;
}

/** What is to be drawn. */
export interface Ranges {
  readonly rows: readonly Row[];
  readonly writeValue: (value: number) => string;
  readonly tip: (index: number) => Tip;
  /** Draw a bar from 0 to each point: for shares of a whole. */
  readonly bars?: boolean;
  /** A line down all rows: nothing gained, or what is compared with. */
  readonly reference?: number;
  readonly min?: number;
  readonly max?: number;
  /** Between two marks of the axis. */
  readonly interval?: number;
}

/** Width of a letter or digit of a label, in pixels; a little more than it is. */
const letter = 6.8;

/** From this width on, labels stand beside their points, in a margin of their own; otherwise under the names. */
const broad = 400;

/** Height of a row and of the axis below, in pixels. */
const rowHeight = 40;
const axisHeight = 36;

/** Height of a chart of so many rows, in pixels: known before it is drawn. */
export function rangesHeight(rows: number): number {
  return rows * rowHeight + axisHeight;
}

function whisker(chart: Ranges, inks: Inks, beside: boolean) {
  return (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn => {
    const row = chart.rows[params.dataIndex]!;
    const area = params.coordSys as unknown as { x: number; y: number; width: number; height: number };
    const y = api.coord([0, params.dataIndex])[1]!;
    const says = (x: number, fill: string) => ({
      type: "text" as const,
      style: {
        text: row.label,
        x,
        y,
        fill,
        stroke: inks.card,
        lineWidth: 3,
        opacity: row.faded ? 0.55 : 1,
        font: `12px ${inks.font}`,
        verticalAlign: "middle" as const,
      },
    });
    if (!row.point) return beside ? says(area.x + 8, inks.muted) : { type: "group", children: [] };
    const clip = (x: number): number => Math.min(area.x + area.width, Math.max(area.x, x));
    const at = (value: number): number => clip(api.coord([value, params.dataIndex])[0]!);
    const color = row.color === undefined ? inks.muted : inks.series[row.color % inks.series.length]!;
    const [low, value, high] = [at(row.point.low), at(row.point.value), at(row.point.high)];
    const opacity = row.faded ? 0.35 : 1;
    // A point is never wider than what is known of it, as far as it can still be seen.
    const radius = Math.min(5.5, Math.max(4, (high - low) / 3));
    return {
      type: "group",
      children: [
        // The whole row answers to the pointer, not the thin line alone.
        { type: "rect", shape: { x: area.x, y: y - rowHeight / 2, width: area.width, height: rowHeight }, style: { fill: "transparent" } },
        ...(chart.bars
          ? [
              {
                type: "rect" as const,
                shape: { x: at(0), y: y - 8, width: Math.max(0, value - at(0)), height: 16, r: [0, 4, 4, 0] },
                style: { fill: color, opacity: 0.28 * opacity },
              },
            ]
          : []),
        {
          type: "rect",
          shape: { x: low, y: y - 5, width: Math.max(1, high - low), height: 10, r: 5 },
          style: { fill: color, opacity: 0.22 * opacity },
        },
        { type: "line", shape: { x1: low, x2: high, y1: y, y2: y }, style: { stroke: color, lineWidth: 2, opacity } },
        { type: "circle", shape: { cx: value, cy: y, r: radius }, style: { fill: color, stroke: inks.card, lineWidth: 2, opacity } },
        ...(beside ? [says(high + 12, inks.ink)] : []),
      ],
    };
  };
}

function option(chart: Ranges, inks: Inks, width: number): EChartsCoreOption {
  const known = chart.rows.flatMap(({ point }) => point ?? []);
  const reference = chart.reference;
  const beside = width >= broad;
  const room = beside ? Math.min(180, width * 0.34) : Math.max(110, width * 0.42);
  const margin = beside ? 16 + letter * Math.max(...chart.rows.map(({ point, label }) => (point ? label.length : 0))) : 16;
  return {
    ...base(inks),
    grid: { left: 4, right: margin, top: 4, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(inks, "item", chart.tip),
    yAxis: names(
      inks,
      chart.rows.map(({ name }) => name),
      {
        inverse: true,
        axisLine: { show: false },
        axisLabel: {
          interval: 0,
          color: inks.ink,
          fontSize: 13,
          width: room,
          overflow: "truncate",
          formatter: (name: string, index: number): string => (beside ? name : `${name}\n{label|${chart.rows[index]?.label ?? ""}}`),
          rich: { label: { fontFamily: inks.font, color: inks.muted, fontSize: 11, lineHeight: 15 } },
        },
      },
    ),
    xAxis: values(inks, chart.writeValue, {
      min: chart.min ?? (known.length > 0 ? undefined : 0),
      max: chart.max ?? (known.length > 0 ? undefined : 1),
      splitNumber: Math.min(5, Math.max(2, Math.floor((width - margin - room) / 64))),
      ...(chart.interval ? { interval: chart.interval } : {}),
    }),
    series: [
      {
        type: "custom",
        renderItem: whisker(chart, inks, beside),
        encode: { x: [1, 2, 3], y: 0 },
        data: chart.rows.map(({ point }, index) => [index, point?.value ?? NaN, point?.low ?? NaN, point?.high ?? NaN]),
        clip: false, // labels stand in the margin; all else is cut by hand
        z: 3,
      },
      ...(reference === undefined
        ? []
        : [
            {
              type: "custom",
              silent: true,
              data: [[reference, 0]],
              encode: { x: 0, y: -1 },
              z: 1,
              renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): CustomSeriesRenderItemReturn => {
                const area = params.coordSys as unknown as { y: number; height: number };
                const x = api.coord([reference, 0])[0]!;
                return {
                  type: "line",
                  shape: { x1: x, x2: x, y1: area.y, y2: area.y + area.height },
                  style: { stroke: inks.muted, lineWidth: 1.5, lineDash: [4, 3] },
                };
              },
            },
          ]),
    ],
  };
}

/** A picture of point ranges. */
export function ranges(chart: Ranges, pick?: (index: number) => void): Picture {
  return { option: (inks, width) => option(chart, inks, width), points: chart.rows.length, tip: chart.tip, anchor: 0, along: "y", pick };
}
