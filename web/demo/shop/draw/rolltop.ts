import { dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

const outline = "M106 134L294 134C304 190 308 250 306 312C306 334 294 344 274 344L126 344C106 344 94 334 94 312C92 250 96 190 106 134Z";

/** A waterproof backpack whose top is rolled shut. */
export function rolltop(sheet: Sheet, { body, trim, detail }: Palette): string {
  return [
    sheet.shadow(200, 346, 136, 14),
    line("M104 190C74 210 70 270 84 326", dark(trim, 0.1), 20),
    line("M296 190C326 210 330 270 316 326", dark(trim, 0.3), 20),
    shape(outline, sheet.lit(body, 0.2)),
    sheet.inside(
      `<path d="${outline}"/>`,
      [
        shape("M238 130C282 170 296 260 288 350L320 350L320 130Z", dark(body, 0.14)),
        shape("M96 262L310 262L310 350L90 350Z", sheet.lit(trim, 0.12)),
        line("M90 262L310 262", light(trim, 0.25), 3),
        line("M118 150C112 186 109 216 109 250", light(body, 0.55), 6),
        line("M160 170C156 200 156 226 158 256M246 164C250 200 250 230 246 256", dark(body, 0.12), 4),
      ].join(""),
    ),
    // the roll: three turns, and the buckle that keeps them
    shape(
      "M92 84C92 68 104 62 118 62L282 62C296 62 308 68 308 84L306 128C306 142 296 148 284 148L116 148C104 148 94 142 94 128Z",
      sheet.ramp(light(body, 0.3), dark(body, 0.16), 0, 1),
    ),
    line("M98 92C160 100 240 100 303 92", dark(body, 0.24), 4),
    line("M98 118C160 128 240 128 303 118", dark(body, 0.3), 4),
    line("M108 74C160 70 220 70 270 73", light(body, 0.6), 5),
    `<ellipse cx="304" cy="105" rx="14" ry="40" fill="${dark(body, 0.18)}"/><path d="M304 78c10 4 10 50 0 54c-9-4-8-38 0-40c5 2 5 24 0 27" fill="none" stroke="${dark(body, 0.45)}" stroke-width="3.5" stroke-linecap="round"/>`,
    `<rect x="184" y="52" width="32" height="188" rx="4" fill="${sheet.lit(trim, 0.15)}"/>`,
    `<rect x="174" y="166" width="52" height="42" rx="9" fill="${dark(trim, 0.35)}"/><rect x="182" y="174" width="36" height="26" rx="5" fill="none" stroke="${light(trim, 0.4)}" stroke-width="3"/><path d="M200 166v42" stroke="${light(trim, 0.25)}" stroke-width="3"/>`,
    `<rect x="128" y="288" width="144" height="12" rx="6" fill="${detail}"/><rect x="128" y="288" width="144" height="4" rx="2" fill="#ffffff" fill-opacity=".5"/>`,
  ].join("");
}
