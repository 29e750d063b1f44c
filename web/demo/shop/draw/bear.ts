import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** A sitting teddy bear with a scarf. Detail is the dark of its eyes. */
export function bear(sheet: Sheet, { body, trim, detail }: Palette): string {
  const ear = (x: number): string =>
    `<circle cx="${x}" cy="82" r="34" fill="${sheet.lit(body, 0.22)}"/><circle cx="${x}" cy="86" r="20" fill="${sheet.lit(trim, 0.12)}"/>`;
  const paw = (x: number): string =>
    `<ellipse cx="${x}" cy="316" rx="50" ry="46" fill="${sheet.ball(body)}"/><ellipse cx="${x}" cy="322" rx="31" ry="29" fill="${sheet.lit(trim, 0.12)}"/>` +
    stitches(`M${x - 26} 322a26 24 0 1 0 52 0a26 24 0 1 0 -52 0`, dark(trim, 0.3), 1.6);
  return [
    sheet.shadow(200, 354, 150, 14),
    // arms behind, body, belly
    shape("M140 208C98 214 74 250 82 284C88 302 112 300 122 284L160 234Z", sheet.lit(dark(body, 0.08), 0.2)),
    shape("M260 208C302 214 326 250 318 284C312 302 288 300 278 284L240 234Z", sheet.lit(dark(body, 0.2), 0.2)),
    `<ellipse cx="200" cy="266" rx="84" ry="82" fill="${sheet.ball(body)}"/>`,
    `<ellipse cx="200" cy="280" rx="52" ry="54" fill="${sheet.lit(trim, 0.1)}"/>`,
    stitches("M200 230V332", dark(trim, 0.25), 2),
    paw(118),
    paw(282),
    ear(128),
    ear(272),
    shape("M200 62C262 62 304 100 304 146C304 190 258 216 200 216C142 216 96 190 96 146C96 100 138 62 200 62Z", sheet.ball(body)),
    `<ellipse cx="200" cy="168" rx="46" ry="37" fill="${sheet.lit(light(trim, 0.2), 0.12)}"/>`,
    `<circle cx="160" cy="128" r="9" fill="${detail}"/><circle cx="240" cy="128" r="9" fill="${detail}"/><circle cx="157" cy="125" r="3" fill="#ffffff"/><circle cx="237" cy="125" r="3" fill="#ffffff"/>`,
    shape("M180 150C180 142 190 140 200 140C210 140 220 142 220 150C220 160 208 168 200 168C192 168 180 160 180 150Z", detail),
    `<ellipse cx="193" cy="148" rx="5" ry="3" fill="#ffffff" fill-opacity=".4"/>`,
    line("M200 168V178M200 178C192 190 180 188 176 182M200 178C208 190 220 188 224 182", detail, 3),
    `<ellipse cx="132" cy="160" rx="14" ry="9" fill="#e2675a" fill-opacity=".28"/><ellipse cx="268" cy="160" rx="14" ry="9" fill="#e2675a" fill-opacity=".28"/>`,
    // scarf
    shape("M126 202C170 226 230 226 274 202L280 224C232 250 168 250 120 224Z", sheet.lit("#c65346", 0.2)),
    shape("M234 234L264 226L274 296L240 300Z", sheet.lit("#b84a3f", 0.2)),
    stitches("M130 214C172 236 228 236 270 214", "#f6ddc4", 3),
    line("M243 288L272 285M242 276L270 273", "#f6ddc4", 3),
  ].join("");
}
