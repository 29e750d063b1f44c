import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

/** A kettlebell, its bowl coated in colour. */
export function kettlebell(sheet: Sheet, { body, trim, detail }: Palette): string {
  const bowl = "M200 140C264 140 312 186 312 246C312 288 290 320 262 334L138 334C110 320 88 288 88 246C88 186 136 140 200 140Z";
  return [
    sheet.shadow(204, 336, 116, 14),
    line("M142 186C112 120 118 60 160 54L240 54C282 60 288 120 258 186", dark(trim, 0.25), 34),
    line("M138 170C112 112 122 62 162 58L236 58", light(trim, 0.35), 9),
    shape(bowl, sheet.ball(body)),
    sheet.inside(
      `<path d="${bowl}"/>`,
      shape("M80 296L320 296L320 340L80 340Z", dark(body, 0.28)) +
        `<ellipse cx="150" cy="194" rx="34" ry="20" fill="#ffffff" fill-opacity=".28" transform="rotate(-36 150 194)"/>`,
    ),
    `<circle cx="206" cy="246" r="46" fill="${detail}"/><circle cx="206" cy="246" r="46" fill="none" stroke="${dark(body, 0.25)}" stroke-width="3"/>`,
    bird(206, 246, 54, dark(body, 0.2)),
    `<ellipse cx="200" cy="334" rx="62" ry="5" fill="${dark(trim, 0.5)}"/>`,
  ].join("");
}
