import { dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

function bat(sheet: Sheet, rubber: string, wood: string): string {
  const blade =
    "M200 52C262 52 300 100 300 156C300 200 276 236 240 250L232 262L168 262L160 250C124 236 100 200 100 156C100 100 138 52 200 52Z";
  return [
    shape(blade, sheet.lit(wood, 0.2)),
    shape(
      "M200 60C256 60 292 104 292 156C292 196 270 228 238 240L162 240C130 228 108 196 108 156C108 104 144 60 200 60Z",
      sheet.lit(rubber, 0.2),
    ),
    line("M124 144C128 108 150 84 182 78", light(rubber, 0.55), 7),
    shape("M160 240C180 252 220 252 240 240L240 250L232 264L168 264L160 250Z", dark(wood, 0.12)),
    shape(
      "M170 258L230 258L238 352C238 362 230 366 222 366L178 366C170 366 162 362 162 352Z",
      sheet.ramp(light(wood, 0.25), dark(wood, 0.28), 1, 0.2),
    ),
    line("M188 264L184 362M212 264L216 362", dark(wood, 0.35), 3),
    `<rect x="166" y="330" width="68" height="10" fill="${rubber}"/>`,
  ].join("");
}

/** Two table-tennis bats and a ball. */
export function bats(sheet: Sheet, { body, trim, detail }: Palette): string {
  return [
    sheet.shadow(204, 356, 150, 13),
    `<g transform="translate(70 24) rotate(28 200 210) scale(.82)">${bat(sheet, trim, detail)}</g>`,
    `<g transform="translate(-4 24) rotate(-22 200 210) scale(.86)">${bat(sheet, body, detail)}</g>`,
    `<circle cx="214" cy="330" r="28" fill="${sheet.ball("#fbf4e4")}"/>`,
  ].join("");
}
