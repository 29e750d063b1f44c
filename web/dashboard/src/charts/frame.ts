/**
 * What all charts have in common: axes, tooltips, no motion.
 *
 * @module
 */
import type { EChartsCoreOption } from "echarts/core";
import type { Inks } from "./inks.ts";
import { tipElement, type Tip } from "./tip.ts";

/** A chart that is ready to be drawn in the colours of the page. */
export interface Picture {
  readonly option: (inks: Inks, width: number) => EChartsCoreOption;
  /** How many points the arrow keys visit. */
  readonly points: number;
  readonly tip: (point: number) => Tip;
  /** The series that a point's tooltip hangs on. */
  readonly anchor: number;
  /** The axis that the points lie along. */
  readonly along: "x" | "y";
  /** Called with the point that was clicked. */
  readonly pick?: ((point: number) => void) | undefined;
}

/** What each option begins with. */
export function base(inks: Inks): EChartsCoreOption {
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: inks.font, color: inks.muted },
  };
}

/** A tooltip, by the axis (all that one place on it holds) or by the item. */
export function tooltip(inks: Inks, trigger: "axis" | "item", tip: (point: number) => Tip): object {
  return {
    trigger,
    confine: true,
    transitionDuration: 0,
    className: "tip",
    backgroundColor: "transparent",
    borderWidth: 0,
    padding: 0,
    shadowBlur: 0,
    shadowColor: "transparent",
    axisPointer: { type: "line", lineStyle: { color: inks.muted, width: 1, type: "dashed" }, label: { show: false } },
    formatter: (given: { dataIndex: number } | { dataIndex: number }[]): HTMLElement | string => {
      const first = Array.isArray(given) ? given[0] : given;
      return first ? tipElement(tip(first.dataIndex)) : "";
    },
  };
}

/** A category axis. */
export function names(inks: Inks, data: readonly string[], more: object = {}): object {
  return {
    type: "category",
    data,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: inks.rule } },
    axisLabel: { color: inks.muted, fontSize: 12, hideOverlap: true, ...("axisLabel" in more ? (more.axisLabel as object) : {}) },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "axisLabel")),
  };
}

/** A value axis. */
export function values(inks: Inks, write: (value: number) => string, more: object = {}): object {
  return {
    type: "value",
    splitNumber: 4,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: inks.rule } },
    axisLabel: { color: inks.muted, fontSize: 12, formatter: write, hideOverlap: true },
    ...more,
  };
}
