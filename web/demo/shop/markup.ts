/** Markup that is safe to write out as it is. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a hole of {@link html}: `false` and `null` write nothing. */
export type Hole = string | number | Markup | readonly Hole[] | false | null;

function fill(hole: Hole): string {
  if (hole === false || hole === null) return "";
  if (hole instanceof Markup) return hole.text;
  if (typeof hole === "object") return hole.map(fill).join("");
  return String(hole).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** Writes a piece of a page; strings in holes are escaped, for text and quoted attributes alike. */
export function html(pieces: TemplateStringsArray, ...holes: Hole[]): Markup {
  return new Markup(pieces.map((piece, i) => piece + (i < holes.length ? fill(holes[i] as Hole) : "")).join(""));
}

/** A block of data for machines. `<` is written as an escape, so that no text can end the element. */
export function data(type: string, value: unknown): Markup {
  return new Markup(`<script type="${type}">${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>`);
}
