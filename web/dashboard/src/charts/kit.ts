/**
 * The parts of ECharts that the dashboard uses, and no others. This file is a chunk of
 * its own, fetched while the numbers are on their way.
 *
 * @module
 */
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, GridComponent, TooltipComponent, SVGRenderer]);

/** Makes an empty chart that fills an element. */
export function chartIn(element: HTMLElement): EChartsType {
  return init(element, null, { renderer: "svg" });
}
