import type { Palette } from "./colour";
import { line, points, polar } from "./sheet";

/** How a watch's hands are cut. */
export type HandForm = "sword" | "broad" | "leaf" | "thin";

/** The middle of every dial. */
export const [cx, cy] = [200, 198];

/** One hand, at an angle in degrees from twelve. */
export function hand(angle: number, length: number, width: number, colour: string, kind: HandForm): string {
  if (kind === "thin") {
    const [x, y] = polar(cx, cy, angle, length);
    return line(`M${cx} ${cy}L${x} ${y}`, colour, width * 0.5);
  }
  const at = kind === "leaf" ? 0.45 : 0.72;
  const tip = polar(cx, cy, angle, length);
  const left = polar(...polar(cx, cy, angle, length * at), angle - 90, width / 2);
  const right = polar(...polar(cx, cy, angle, length * at), angle + 90, width / 2);
  const foot = (side: number): readonly [number, number] =>
    polar(...polar(cx, cy, angle, -8), angle + side * 90, width / (kind === "broad" ? 3 : 5));
  return `<polygon points="${points(foot(-1), left, tip, right, foot(1))}" fill="${colour}" stroke="${colour}" stroke-width="1" stroke-linejoin="round"/>`;
}

/** Two hands at ten past ten and, but for the plainest, a second hand. */
export function hands({ detail }: Palette, kind: HandForm, second?: string): string {
  const broad = kind === "broad" ? 11 : 8;
  const [x, y] = polar(cx, cy, 215, 62);
  const [bx, by] = polar(cx, cy, 35, 20);
  return [
    `<g opacity=".18" transform="translate(2 4)">${hand(305, 42, broad, "#16202e", kind)}${hand(55, 62, broad, "#16202e", kind)}</g>`,
    hand(305, 42, broad, detail, kind),
    hand(55, 62, broad - 1, detail, kind),
    kind === "leaf" || kind === "thin" ? "" : line(`M${bx} ${by}L${x} ${y}`, second ?? "#d95f4a", 2.2),
    `<circle cx="${cx}" cy="${cy}" r="5.5" fill="${second ?? detail}"/><circle cx="${cx}" cy="${cy}" r="2" fill="#ffffff" fill-opacity=".7"/>`,
  ].join("");
}
