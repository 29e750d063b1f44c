/**
 * What a chart says of one point, in its tooltip and to a screen reader.
 *
 * @module
 */

/** One line of a tooltip. */
export interface Line {
  readonly label: string;
  readonly text: string;
  /** Colour of its mark; none: no mark. */
  readonly color?: string | undefined;
}

/** What is said of one point. */
export interface Tip {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** A tooltip's content. Elements, not markup: names come from the plan, and the page's policy allows no inline style. */
export function tipElement(tip: Tip): HTMLElement {
  const box = document.createElement("div");
  box.className = "tip-box";
  const title = document.createElement("strong");
  title.textContent = tip.title;
  box.append(title);
  for (const { label, text, color } of tip.lines) {
    const row = document.createElement("div");
    const mark = document.createElement("i");
    if (color) mark.style.background = color;
    const name = document.createElement("span");
    name.textContent = label;
    const value = document.createElement("b");
    value.textContent = text;
    row.append(mark, name, value);
    box.append(row);
  }
  return box;
}

/** The same in one sentence. */
export function tipSentence({ title, lines }: Tip): string {
  return [title, ...lines.map(({ label, text }) => (label ? `${label}: ${text}` : text))].join(", ");
}
