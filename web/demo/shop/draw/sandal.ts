import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** A sandal of cork and two straps, toe to the right. */
export function sandal(sheet: Sheet, { body, trim, detail }: Palette): string {
  const crumbs = Array.from({ length: 46 }, (_, i) => {
    const x = 62 + ((i * 71) % 288);
    const y = 260 + ((i * 37) % 26);
    return `<circle cx="${x}" cy="${y}" r="${1.2 + (i % 3) * 0.6}" fill="${i % 2 ? dark(trim, 0.3) : light(trim, 0.4)}"/>`;
  });
  const footbed =
    "M50 250C60 226 110 232 150 240C210 250 250 236 300 232C338 230 364 240 366 256C367 276 360 288 340 292L84 292C58 292 44 272 50 250Z";
  const back = "M96 242C92 196 108 158 140 148C170 140 190 160 194 190L200 246C166 254 126 252 96 242Z";
  const front = "M214 246C216 202 234 170 268 164C300 160 322 186 334 238C296 246 252 252 214 246Z";
  const strap = (path: string, edge: string): string => shape(path, sheet.lit(body, 0.25)) + stitches(edge, light(body, 0.5), 1.8);
  const buckle = (x: number, y: number, turn: number): string =>
    `<g transform="translate(${x} ${y}) rotate(${turn})"><rect x="-20" y="-17" width="40" height="34" rx="7" fill="none" stroke="${dark(detail, 0.12)}" stroke-width="6"/><rect x="-20" y="-17" width="40" height="34" rx="7" fill="none" stroke="${light(detail, 0.35)}" stroke-width="2.5"/><path d="M-2 0h22" stroke="${dark(detail, 0.3)}" stroke-width="4" stroke-linecap="round"/></g>`;
  const parts = [
    sheet.shadow(208, 304, 174, 14),
    // the far side of the straps
    shape("M128 246C134 190 150 160 172 152C192 160 206 186 210 240Z", dark(body, 0.4)),
    shape("M248 244C256 196 272 176 292 172C312 184 326 208 340 236Z", dark(body, 0.4)),
    shape(footbed, sheet.ramp(light(trim, 0.18), dark(trim, 0.12), 0, 1)),
    sheet.inside(`<path d="${footbed}"/>`, crumbs.join("")),
    shape(
      "M50 250C60 226 110 232 150 240C210 250 250 236 300 232C338 230 364 240 366 256C340 250 300 252 262 258C200 268 130 256 50 256Z",
      sheet.lit(light(trim, 0.42), 0.1),
    ),
    strap(back, "M104 238C102 198 116 164 142 156C166 150 182 166 186 192L191 242"),
    strap(front, "M222 243C224 206 240 178 268 172C294 170 312 190 324 234"),
    line("M112 200C140 190 166 190 194 198", dark(body, 0.28), 3),
    line("M226 206C256 196 288 196 318 206", dark(body, 0.28), 3),
    buckle(150, 196, -4),
    buckle(268, 204, 2),
    `<circle cx="182" cy="201" r="3" fill="${dark(body, 0.6)}"/><circle cx="301" cy="208" r="3" fill="${dark(body, 0.6)}"/>`,
    shape("M50 286C140 292 270 294 360 284C356 296 350 302 336 303L86 303C66 303 54 296 50 286Z", sheet.lit(dark(trim, 0.68), 0.1)),
  ];
  return sheet.place(parts.join(""), -14, -34, 1.03);
}
