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
  return [...bounds, ...exact, `${label}, ${words.say("table.hidden")}`];
}

/** Fields of one cell; a bound that there is none of is empty. */
function fields(cell: Cell, kind: Kind): string[] {
  if (cell.kind === "none") return Array<string>(kind === "count" ? 6 : 4).fill("");
  if (cell.kind === "count") {
    const { value, low, high, exact_low, exact_high, hidden } = cell.count;
    return [value, low, high ?? "", exact_low, exact_high, hidden].map(String);
  }
  const { value, low, high, hidden } = cell.kind === "money" ? cell.money : cell.rate;
  return [String(value), String(low), high === null ? "" : String(high), hidden];
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

/** A file's name that says what is in it: "dunlin-shop.example-segments-2026-10-24-2026-11-22.csv". */
export function csvName(table: Table, site: string, from: string, to: string): string {
  const safe = (text: string): string => text.replace(/[^\p{L}\p{N}.-]+/gu, "-");
  return `dunlin-${safe(site)}-${safe(table.file)}-${from}-${to}.csv`;
}
