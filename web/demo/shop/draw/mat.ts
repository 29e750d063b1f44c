import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** A rolled mat with its strap, one end unrolled. */
export function mat(sheet: Sheet, { body, trim, detail }: Palette): string {
  const turns = [62, 50, 38, 26, 14].map((r, i) => `<circle cx="286" cy="218" r="${r}" fill="${i % 2 ? dark(body, 0.12) : trim}"/>`);
  return [
    sheet.shadow(200, 318, 178, 14),
    // the end that lies flat
    shape("M92 284L286 280L372 300L360 310L120 316L40 300C60 294 80 288 92 284Z", sheet.lit(trim, 0.1)),
    shape("M40 300L120 316L360 310L372 300L372 305L362 317L120 323L40 306Z", dark(body, 0.2)),
    // the roll
    shape("M112 148C90 160 78 188 78 222C78 258 90 282 112 288L286 288L286 148Z", sheet.ramp(light(body, 0.3), dark(body, 0.34), 0.05, 1)),
    Array.from({ length: 9 }, (_, i) =>
      line(`M${116 + i * 20} 150C${100 + i * 20} 190 ${100 + i * 20} 240 ${116 + i * 20} 286`, dark(body, 0.1), 1.4),
    ).join(""),
    `<circle cx="286" cy="218" r="70" fill="${dark(body, 0.22)}"/>`,
    turns.join(""),
    `<circle cx="286" cy="218" r="7" fill="${dark(body, 0.55)}"/>`,
    line("M232 164C246 152 266 148 286 148", light(body, 0.5), 3),
    // strap
    shape("M138 147L168 147C150 190 150 244 168 289L138 289C120 244 120 190 138 147Z", sheet.lit(detail, 0.2)),
    shape("M206 147L236 147C218 190 218 244 236 289L206 289C188 244 188 190 206 147Z", sheet.lit(detail, 0.2)),
    stitches("M144 150C128 192 128 242 144 286M212 150C196 192 196 242 212 286", dark(detail, 0.4), 1.6),
    line("M152 150C150 70 222 70 222 150", dark(detail, 0.12), 13),
    line("M150 142C152 76 214 70 220 130", light(detail, 0.4), 2.5),
    line("M96 176C104 164 112 158 122 156", light(body, 0.7), 6),
  ].join("");
}
