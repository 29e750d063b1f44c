import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** A briefcase of leather with two buckled straps. */
export function satchel(sheet: Sheet, { body, trim, detail }: Palette): string {
  const bag = "M72 158L328 158L334 324C334 336 326 344 314 344L86 344C74 344 66 336 66 324Z";
  const flap = "M62 146C62 134 70 126 82 126L318 126C330 126 338 134 338 146L338 250C338 262 330 268 320 268L80 268C70 268 62 262 62 250Z";
  const strap = (x: number): string =>
    [
      `<rect x="${x - 15}" y="134" width="30" height="190" rx="5" fill="${sheet.lit(trim, 0.22)}"/>`,
      stitches(`M${x - 9} 138V318M${x + 9} 138V318`, light(trim, 0.5), 1.5),
      `<rect x="${x - 21}" y="262" width="42" height="38" rx="6" fill="none" stroke="${dark(detail, 0.18)}" stroke-width="7"/><rect x="${x - 21}" y="262" width="42" height="38" rx="6" fill="none" stroke="${light(detail, 0.35)}" stroke-width="2.5"/><path d="M${x} 264v30" stroke="${dark(detail, 0.2)}" stroke-width="5" stroke-linecap="round"/>`,
      `<circle cx="${x}" cy="312" r="3" fill="${dark(trim, 0.6)}"/>`,
    ].join("");
  return [
    sheet.shadow(200, 346, 158, 14),
    line("M146 130C146 74 254 74 254 130", dark(trim, 0.1), 16),
    line("M144 122C148 74 244 68 252 116", light(trim, 0.3), 3),
    shape(bag, sheet.lit(dark(body, 0.16), 0.18)),
    stitches("M80 276L78 328Q78 335 86 335H314Q322 335 322 328L320 276", light(body, 0.35), 1.8),
    `<rect x="100" y="280" width="200" height="44" rx="6" fill="${dark(body, 0.24)}"/>`,
    shape("M62 250L338 250L338 258C338 272 330 278 320 278L80 278C70 278 62 272 62 258Z", dark(body, 0.45)),
    shape(flap, sheet.lit(body, 0.26)),
    sheet.inside(
      `<path d="${flap}"/>`,
      shape("M258 120C330 150 346 230 300 274L350 274L350 120Z", dark(body, 0.1)) +
        line("M84 142C130 138 220 138 276 140", light(body, 0.55), 6),
    ),
    stitches("M72 150Q72 136 84 136H316Q328 136 328 150V248Q328 258 318 258H82Q72 258 72 248Z", light(body, 0.45), 2),
    strap(132),
    strap(268),
    `<rect x="176" y="166" width="48" height="26" rx="4" fill="${dark(body, 0.14)}"/>` + bird(200, 179, 28, light(body, 0.4)),
    [146, 254].map((x) => `<rect x="${x - 12}" y="120" width="24" height="16" rx="4" fill="${dark(trim, 0.3)}"/>`).join(""),
  ].join("");
}
