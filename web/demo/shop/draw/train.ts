import { dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

/** A wooden engine with one wagon. Body is the engine, trim the wagon. */
export function train(sheet: Sheet, { body, trim, detail }: Palette): string {
  const wood = "#e3bd88";
  const wheel = (x: number, y: number, r: number): string =>
    `<circle cx="${x}" cy="${y}" r="${r}" fill="${sheet.lit(detail, 0.2)}"/><circle cx="${x}" cy="${y}" r="${r * 0.62}" fill="none" stroke="${dark(detail, 0.25)}" stroke-width="3"/><circle cx="${x}" cy="${y}" r="${r * 0.24}" fill="${dark(detail, 0.45)}"/>`;
  return [
    sheet.shadow(200, 316, 184, 12),
    // steam
    `<g fill="#ffffff" fill-opacity=".85"><circle cx="318" cy="92" r="20"/><circle cx="294" cy="76" r="25"/><circle cx="262" cy="66" r="17"/></g>`,
    // wagon with its freight
    `<circle cx="74" cy="204" r="24" fill="${sheet.ball("#f0b54c")}"/><rect x="96" y="184" width="38" height="38" rx="5" fill="${sheet.lit("#5f9ea8", 0.2)}" transform="rotate(8 115 203)"/>`,
    shape("M34 220L152 220L146 276L40 276Z", sheet.lit(trim, 0.22)),
    line("M42 229H140", light(trim, 0.5), 4),
    line("M66 236L68 268M94 236V268M122 236L120 268", dark(trim, 0.2), 3),
    `<rect x="30" y="270" width="126" height="16" rx="8" fill="${sheet.lit(wood, 0.2)}"/>`,
    line("M156 278H186", dark(wood, 0.4), 6),
    `<circle cx="171" cy="278" r="7" fill="#c9ced0"/>`,
    wheel(60, 294, 20),
    wheel(126, 294, 20),
    // engine: cab, boiler, chimney
    `<rect x="190" y="150" width="72" height="126" rx="8" fill="${sheet.lit(body, 0.22)}"/>`,
    `<rect x="204" y="172" width="44" height="40" rx="8" fill="${sheet.ramp("#dff0f3", "#8fbcc8", 0.4, 1)}"/>`,
    shape("M180 152C180 138 188 132 198 132L254 132C264 132 272 138 272 152Z", sheet.lit(trim, 0.22)),
    `<rect x="256" y="194" width="100" height="70" rx="20" fill="${sheet.ramp(light(body, 0.35), dark(body, 0.3), 0.1, 1)}"/>`,
    `<rect x="284" y="194" width="10" height="70" fill="${detail}"/><rect x="320" y="194" width="10" height="70" fill="${detail}"/>`,
    shape("M302 196L306 148L298 124L346 124L338 148L342 196Z", sheet.ramp(light(trim, 0.25), dark(trim, 0.3), 1, 0.2)),
    `<rect x="294" y="116" width="56" height="14" rx="7" fill="${sheet.lit(trim, 0.2)}"/>`,
    `<circle cx="272" cy="188" r="15" fill="${sheet.ball(detail)}"/>`,
    `<circle cx="362" cy="222" r="13" fill="${sheet.ball("#fff0b8")}"/>`,
    `<rect x="184" y="262" width="184" height="20" rx="9" fill="${sheet.lit(wood, 0.2)}"/>`,
    shape("M352 272L384 304L340 304Z", sheet.lit(dark(trim, 0.1), 0.2)),
    wheel(224, 284, 30),
    wheel(290, 292, 22),
    wheel(336, 292, 22),
    line("M224 284L290 292L336 292", dark(wood, 0.15), 7),
    line("M16 318H384", dark(wood, 0.25), 6),
  ].join("");
}
