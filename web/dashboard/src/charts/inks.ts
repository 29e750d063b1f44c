/**
 * The colours of the charts. They are the page's own custom properties, read anew for
 * each scheme, so that base.css is the one place that names a colour.
 *
 * @module
 */

/** Colours by use. */
export interface Inks {
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly card: string;
  readonly accent: string;
  readonly font: string;
  /** Eight that people with any colour vision tell apart by hue or lightness. */
  readonly series: readonly string[];
}

/** Reads the colours that hold for an element. */
export function readInks(element: Element): Inks {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    muted: read("--muted"),
    rule: read("--rule"),
    card: read("--card"),
    accent: read("--accent"),
    font: style.fontFamily,
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((index) => read(`--series-${index}`)),
  };
}

/** The custom property of a series' colour, for what is drawn by style sheets. */
export function seriesProperty(index: number): string {
  return `var(--series-${(index % 8) + 1})`;
}
