/** The colours of one way that a product comes in, as #rrggbb. */
export interface Palette {
  readonly body: string;
  /** Second material: sole, strap, handle. */
  readonly trim: string;
  /** Small things: stitches, laces, buttons. */
  readonly detail: string;
}

/** Shade falls towards a blue ink, light towards a warm white: the shop's one lamp. */
const ink = "#16202e";
const lamp = "#fff6e6";

function channels(colour: string): [number, number, number] {
  const n = Number.parseInt(colour.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** Goes the share (0 to 1) of the way from one colour to another. */
export function blend(from: string, to: string, share: number): string {
  const a = channels(from);
  const b = channels(to);
  return `#${a
    .map((v, i) =>
      Math.round(v + ((b[i] as number) - v) * share)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** The colour in shadow. */
export function dark(colour: string, share: number): string {
  return blend(colour, ink, share);
}

/** The colour in light. */
export function light(colour: string, share: number): string {
  return blend(colour, lamp, share);
}
