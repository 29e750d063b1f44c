/**
 * A table as a file that the browser saves.
 *
 * @module
 */
import { csv, fileName, json } from "./csv.ts";
import type { Dashboard } from "./dashboard.svelte.ts";
import type { Table } from "./table.ts";

/** Saves a table of the report that is shown; nothing where none is. */
export function download(dash: Dashboard, table: Table, kind: "csv" | "json"): void {
  const { report, site, words } = dash;
  if (!report || !site) return;
  const { range, plan, mixed_noise } = report;
  const source = { site: site.site, ...range, plan: plan.digest, serial: plan.serial, mixed_noise };
  const [text, type] = kind === "csv" ? [csv(table, words), "text/csv;charset=utf-8"] : [json(table, source), "application/json"];
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName(table, site.site, range.from, range.to, kind);
  link.click();
  URL.revokeObjectURL(url);
}
