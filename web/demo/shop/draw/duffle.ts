import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

const outline =
  "M60 206C60 160 86 142 124 142L276 142C314 142 340 160 340 206L342 290C342 318 330 330 306 330L94 330C70 330 58 318 58 290Z";

/** A travelling bag from the side. */
export function duffle(sheet: Sheet, { body, trim, detail }: Palette): string {
  const band = (x: number): string =>
    `<rect x="${x - 11}" y="142" width="22" height="188" fill="${sheet.lit(trim, 0.15)}"/>` +
    stitches(`M${x - 6} 146V326M${x + 6} 146V326`, light(trim, 0.4), 1.4);
  const handle = (colour: string, dy: number): string =>
    line(`M128 ${210 + dy}L128 ${140 + dy}C132 ${78 + dy} 268 ${78 + dy} 272 ${140 + dy}L272 ${210 + dy}`, colour, 13);
  return [
    sheet.shadow(200, 332, 168, 14),
    handle(dark(trim, 0.35), -12),
    shape(outline, sheet.lit(body, 0.22)),
    sheet.inside(
      `<path d="${outline}"/>`,
      [
        shape("M58 142L112 142C96 180 92 280 104 334L50 334Z", sheet.lit(dark(body, 0.16), 0.12)),
        shape("M342 142L288 142C304 180 308 280 296 334L350 334Z", sheet.lit(dark(body, 0.28), 0.1)),
        shape("M50 300L350 300L350 334L50 334Z", sheet.lit(trim, 0.12)),
        stitches("M50 306L350 306", light(trim, 0.4), 1.8),
        line("M76 196C80 172 96 160 118 158", light(body, 0.5), 5),
        band(128),
        band(272),
      ].join(""),
    ),
    line("M104 154C160 148 240 148 296 154", dark(body, 0.5), 6),
    stitches("M104 154C160 148 240 148 296 154", detail, 1.6),
    `<rect x="150" y="206" width="100" height="74" rx="10" fill="${sheet.lit(dark(body, 0.08), 0.2)}"/>`,
    stitches("M157 228V264Q157 273 166 273H234Q243 273 243 264V228", detail, 1.6),
    shape("M146 206C146 200 150 198 156 198L244 198C250 198 254 200 254 206L252 230L148 230Z", sheet.lit(dark(body, 0.02), 0.2)),
    `<circle cx="200" cy="230" r="8" fill="${sheet.ball("#d2a852")}"/>`,
    handle(trim, 0),
    line("M124 204L124 140C130 76 262 74 271 132", light(trim, 0.3), 2.6),
    shape("M168 84C186 78 214 78 232 84L232 102C214 96 186 96 168 102Z", sheet.lit(dark(trim, 0.15), 0.25)),
    // tag at the end
    line("M308 182L322 214", dark(trim, 0.3), 4),
    shape("M314 210L334 214L330 248C329 254 325 256 320 255L314 254C309 253 307 250 308 245Z", trim),
    `<circle cx="323" cy="220" r="3" fill="${dark(trim, 0.5)}"/>`,
  ].join("");
}
