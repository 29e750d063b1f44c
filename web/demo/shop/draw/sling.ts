import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

const outline =
  "M68 216C68 178 96 162 130 160C180 156 232 156 278 162C314 166 334 184 334 218C334 266 306 296 262 300C220 304 176 304 138 300C94 296 68 264 68 216Z";

/** A small bag to wear across the chest or round the hip. */
export function sling(sheet: Sheet, { body, trim, detail }: Palette): string {
  return [
    sheet.shadow(202, 318, 130, 12),
    line("M84 196C20 120 130 48 214 56C320 66 372 130 320 194", dark(trim, 0.05), 19),
    line("M80 186C28 120 132 50 214 58C312 68 360 124 322 184", light(trim, 0.25), 2.5),
    `<g transform="translate(214 57) rotate(4)"><rect x="-30" y="-20" width="60" height="40" rx="10" fill="${dark(trim, 0.35)}"/><path d="M-12-14h20v28h-20z" fill="${dark(trim, 0.6)}"/><path d="M-22-20v40M22-20v40" stroke="${light(trim, 0.3)}" stroke-width="3"/></g>`,
    shape(outline, sheet.lit(body, 0.24)),
    sheet.inside(
      `<path d="${outline}"/>`,
      [
        shape("M252 150C330 190 320 280 240 310L350 310L350 150Z", dark(body, 0.14)),
        Array.from({ length: 12 }, (_, i) => line(`M${60 + i * 26} 150L${30 + i * 26} 310`, light(body, 0.1), 1.2)).join(""),
        line("M92 200C100 182 118 176 144 174", light(body, 0.6), 7),
      ].join(""),
    ),
    line("M94 204C150 182 250 182 308 206", dark(body, 0.5), 8),
    stitches("M94 204C150 182 250 182 308 206", detail, 2),
    shape(
      "M100 232C160 218 240 218 302 232C298 262 280 284 254 286C216 290 182 290 146 286C120 284 104 262 100 232Z",
      sheet.lit(dark(body, 0.14), 0.2),
    ),
    line("M104 236C160 223 240 223 298 236", dark(body, 0.55), 6),
    `<rect x="290" y="200" width="11" height="30" rx="5" fill="${detail}"/><rect x="120" y="230" width="11" height="30" rx="5" fill="${detail}"/>`,
    `<rect x="172" y="250" width="60" height="24" rx="6" fill="${trim}"/>` + bird(202, 262, 30, detail),
  ].join("");
}
