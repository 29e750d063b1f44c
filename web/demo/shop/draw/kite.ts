import { dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

/** A kite in the wind, its tail of bows behind it. */
export function kite(sheet: Sheet, { body, trim, detail }: Palette): string {
  const bow = (x: number, y: number, turn: number, colour: string): string =>
    `<g transform="translate(${x} ${y}) rotate(${turn})">${shape("M0 0C-10-16-30-18-34-8C-36 2-26 12 0 0Z", sheet.lit(colour, 0.25))}${shape("M0 0C10-16 30-18 34-8C36 2 26 12 0 0Z", sheet.lit(dark(colour, 0.12), 0.2))}<circle r="6" fill="${dark(colour, 0.3)}"/></g>`;
  const sail = [
    shape("M0-128L92 0L0 0Z", sheet.lit(trim, 0.2)),
    shape("M0-128L-92 0L0 0Z", sheet.lit(body, 0.25)),
    shape("M-92 0L0 142L0 0Z", sheet.lit(detail, 0.25)),
    shape("M92 0L0 142L0 0Z", sheet.lit(light(body, 0.45), 0.2)),
    `<circle r="36" fill="#fdf6e3"/>`,
    `<circle cx="-12" cy="-6" r="4.5" fill="#2d3a45"/><circle cx="12" cy="-6" r="4.5" fill="#2d3a45"/>`,
    line("M-14 9C-6 19 6 19 14 9", "#2d3a45", 4),
    `<ellipse cx="-22" cy="6" rx="6" ry="4" fill="${trim}" fill-opacity=".5"/><ellipse cx="22" cy="6" rx="6" ry="4" fill="${trim}" fill-opacity=".5"/>`,
    line("M0-128L0-40M0 40L0 142M-92 0L-38 0M38 0L92 0", "#8a6a48", 4),
    line("M-76 2L-4 114", light(detail, 0.5), 2.5),
  ].join("");
  return [
    line("M166 262C130 300 184 320 150 350C134 364 108 366 84 372", dark(detail, 0.1), 4),
    bow(154, 290, 30, trim),
    bow(160, 330, -24, body),
    bow(112, 365, 12, detail),
    line("M246 128C300 220 330 300 386 392", "#16202e", 1.6).replace("stroke=", 'stroke-opacity=".5" stroke='),
    `<g transform="translate(226 140) rotate(24)">${sail}</g>`,
    // a little cloud
    `<g fill="#ffffff" fill-opacity=".75"><circle cx="74" cy="112" r="22"/><circle cx="100" cy="102" r="28"/><circle cx="128" cy="114" r="20"/><rect x="56" y="110" width="90" height="24" rx="12"/></g>`,
    `<g fill="#ffffff" fill-opacity=".6"><circle cx="306" cy="284" r="16"/><circle cx="326" cy="276" r="20"/><circle cx="346" cy="286" r="14"/><rect x="292" y="284" width="66" height="18" rx="9"/></g>`,
  ].join("");
}
