/**
 * A table as CSV (RFC 4180): every number raw as it was released, with its bounds, the
 * withheld ones too and why they are.
 *
 * @module
 */
import type { Cell, Kind, Table } from "./table.ts";
import type { Words } from "./words.ts";

/** Excel takes a file for UTF-8 only with this. */
const byteOrderMark = "\uFEFF";

/** Columns of the file for one of the table's. */
function heads(label: string, kind: Kind, words: Words): string[] {
  const bounds = [label, `${label}, ${words.say("table.low")}`, `${label}, ${words.say("table.high")}`];
  const exact = kind === "count" ? [`${label}, ${words.say("table.exactLow")}`, `${label}, ${words.say("table.exactHigh")}`] : [];
  const variance = kind === "count" || kind === "money" ? [`${label}, ${words.say("table.variance")}`] : [];
  return [...bounds, ...exact, ...variance, `${label}, ${words.say("table.hidden")}`];
}

/** The variance of a number's noise, which its exact bounds are 1.96 deviations of. */
function noiseOf({ exact_low, exact_high }: { exact_low: number; exact_high: number }): number {
  return Number((((exact_high - exact_low) / 2 / 1.96) ** 2).toPrecision(8));
}

/** Fields of one cell; a bound that there is none of is empty. */
function fields(cell: Cell, kind: Kind): string[] {
  if (cell.kind === "none") return Array<string>({ count: 7, money: 5, rate: 4, uplift: 4 }[kind]).fill("");
  if (cell.kind === "count") {
    const { value, low, high, exact_low, exact_high, hidden } = cell.count;
    return [value, low, high ?? "", exact_low, exact_high, noiseOf(cell.count), hidden].map(String);
  }
  const { value, low, high, hidden } = cell.kind === "money" ? cell.money : cell.rate;
  const variance = cell.kind === "money" ? ["exact_low" in cell.money ? String(noiseOf(cell.money)) : ""] : [];
  return [String(value), String(low), high === null ? "" : String(high), ...variance, hidden];
}

/** Quotes a name, and keeps a spreadsheet from taking one that begins like a formula for one. */
function quote(name: string): string {
  const plain = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** Writes a table as CSV, headings in the page's language. */
export function csv(table: Table, words: Words): string {
  const head = [...table.corner, ...table.columns.flatMap(({ label, kind }) => heads(label, kind, words))];
  const rows = table.rows.map(({ names, cells }) => [
    ...names.map(quote),
    ...cells.flatMap((cell, index) => fields(cell, table.columns[index]!.kind)),
  ]);
  return byteOrderMark + [head.map(quote), ...rows].map((row) => row.join(",")).join("\r\n") + "\r\n";
}

/** What a file of a table says of where it comes from. */
export interface Source {
  readonly site: string;
  readonly from: string;
  readonly to: string;
  readonly releases: number;
  readonly missing: readonly string[];
  readonly plan: string; // digest of the latest
  readonly serial: number;
  readonly mixed_noise: boolean;
}

/** Writes a table as JSON: the same numbers, under the page's own names, with where they come from. */
export function json(table: Table, source: Source): string {
  const cellOf = (cell: Cell): object | null => {
    switch (cell.kind) {
      case "none":
        return null;
      case "count":
        return { ...cell.count, noise_variance: noiseOf(cell.count) };
      case "money":
        return { ...cell.money, ...("exact_low" in cell.money ? { noise_variance: noiseOf(cell.money) } : {}) };
      default:
        return cell.rate;
    }
  };
  const rows = table.rows.map(({ names, cells }) => ({
    ...Object.fromEntries(table.corner.map((name, index) => [name, names[index] ?? ""])),
    ...Object.fromEntries(table.columns.map(({ label }, index) => [label, cellOf(cells[index]!)])),
  }));
  return JSON.stringify({ title: table.title, ...source, bounds: "95 %", rows }, null, 1) + "\n";
}

/** A file's name that says what is in it: "dunlin-shop.example-segments-2026-10-24-2026-11-22.csv". */
export function fileName(table: Table, site: string, from: string, to: string, kind: "csv" | "json"): string {
  const safe = (text: string): string => text.replace(/[^\p{L}\p{N}.-]+/gu, "-");
  return `dunlin-${safe(site)}-${safe(table.file)}-${from}-${to}.${kind}`;
}
