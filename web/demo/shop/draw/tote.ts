import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

const outline = "M88 150L312 150L330 326C330 338 322 344 312 344L88 344C78 344 70 338 70 326Z";

/** An open bag of canvas with two long handles. */
export function tote(sheet: Sheet, { body, trim, detail }: Palette): string {
  const handle = (dy: number, colour: string): string =>
    line(`M138 ${196 + dy}L138 ${120 + dy}C138 ${52 + dy} 262 ${52 + dy} 262 ${120 + dy}L262 ${196 + dy}`, colour, 15) +
    line(`M134 ${190 + dy}L134 ${120 + dy}C136 ${50 + dy} 258 ${46 + dy} 261 ${108 + dy}`, light(colour, 0.25), 3);
  const weave = Array.from({ length: 15 }, (_, i) => line(`M${84 + i * 16} 152L${76 + i * 17.5} 342`, dark(body, 0.05), 1.5)).join("");
  const patch = (x: number): string =>
    `<rect x="${x - 17}" y="168" width="34" height="46" rx="5" fill="${trim}"/>` +
    stitches(`M${x - 11} 175h22v32h-22z`, light(trim, 0.5), 1.6) +
    line(`M${x - 10} 181L${x + 10} 201M${x + 10} 181L${x - 10} 201`, light(trim, 0.45), 1.8);
  return [
    sheet.shadow(200, 345, 150, 15),
    handle(-14, dark(trim, 0.3)),
    shape("M88 150C150 138 250 138 312 150L306 166L94 166Z", dark(body, 0.5)),
    shape(outline, sheet.lit(body, 0.2)),
    sheet.inside(
      `<path d="${outline}"/>`,
      [
        weave,
        shape("M60 290L340 290L340 350L60 350Z", sheet.lit(detail, 0.15)),
        stitches("M72 297L328 297", light(detail, 0.5), 2),
        shape("M262 150L330 150L340 350L286 350Z", dark(body, 0.1).concat("55")),
        line("M96 160C92 210 84 250 80 284", light(body, 0.5), 4),
      ].join(""),
    ),
    stitches("M92 162L308 162", dark(body, 0.3), 2),
    handle(0, trim),
    patch(138),
    patch(262),
    bird(200, 246, 62, dark(detail, 0.1)),
  ].join("");
}
