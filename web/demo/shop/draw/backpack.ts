import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

const outline = "M104 160C104 92 148 62 200 62C252 62 296 92 296 160L302 306C302 330 288 342 266 342L134 342C112 342 98 330 98 306Z";

/** A backpack from the front: front pocket, zips, side pockets. */
export function backpack(sheet: Sheet, { body, trim, detail }: Palette): string {
  const puller = (x: number, y: number): string =>
    `<rect x="${x - 4}" y="${y}" width="8" height="24" rx="4" fill="${detail}"/><circle cx="${x}" cy="${y}" r="5" fill="#c9ced0"/>`;
  return [
    sheet.shadow(200, 344, 136, 14),
    // straps that show at the sides, and the loop
    line("M112 132C70 160 66 240 82 312", dark(trim, 0.15), 24),
    line("M288 132C330 160 334 240 318 312", dark(trim, 0.3), 24),
    line("M172 66C172 34 228 34 228 66", trim, 12),
    shape("M98 214C78 214 74 226 76 250L82 316C84 330 92 334 104 332Z", sheet.lit(dark(body, 0.2))),
    shape("M302 214C322 214 326 226 324 250L318 316C316 330 308 334 296 332Z", sheet.lit(dark(body, 0.3))),
    shape(outline, sheet.lit(body, 0.24)),
    sheet.inside(
      `<path d="${outline}"/>`,
      [
        shape("M240 60C290 100 296 220 290 346L310 346L310 60Z", dark(body, 0.14)),
        line("M124 168C124 116 150 88 182 80", light(body, 0.5), 6),
      ].join(""),
    ),
    line("M118 196C112 110 156 84 200 84C244 84 288 110 282 196", dark(body, 0.42), 7),
    stitches("M118 196C112 110 156 84 200 84C244 84 288 110 282 196", light(body, 0.35), 1.6),
    puller(270, 128),
    `<rect x="166" y="112" width="68" height="44" rx="8" fill="${trim}"/>`,
    stitches("M173 119h54v30h-54z", light(trim, 0.4), 1.6),
    bird(200, 134, 36, detail),
    // front pocket
    shape(
      "M122 226C122 212 130 206 142 206L258 206C270 206 278 212 278 226L282 304C282 318 274 324 262 324L138 324C126 324 118 318 118 304Z",
      sheet.lit(dark(body, 0.1), 0.22),
    ),
    line("M126 232C128 220 134 217 144 217L256 217C266 217 272 220 274 232", dark(body, 0.48), 6),
    puller(150, 222),
    stitches("M128 300C128 312 134 315 142 315L258 315C266 315 272 312 272 300", light(body, 0.4), 1.8),
    shape("M98 306L302 306C302 330 288 342 266 342L134 342C112 342 98 330 98 306Z", sheet.lit(trim, 0.15)),
    stitches("M104 314L296 314", light(trim, 0.4), 1.8),
    line("M200 250L200 300", dark(body, 0.2), 2),
  ].join("");
}
