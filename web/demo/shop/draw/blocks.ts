import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** A town gate of wooden blocks. */
export function blocks(sheet: Sheet, { body, trim, detail }: Palette): string {
  const wood = "#e6c08c";
  const cube = (x: number, y: number, w: number, h: number, colour: string): string =>
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6" fill="${sheet.lit(colour, 0.22)}"/>` +
    line(`M${x + 9} ${y + 7}H${x + w - 14}`, light(colour, 0.5), 3);
  const grain = (x: number, y: number): string => line(`M${x} ${y}q14 -5 28 0M${x + 4} ${y + 10}q14 -4 24 0`, dark(wood, 0.14), 2);
  return [
    sheet.shadow(200, 346, 160, 14),
    cube(70, 266, 76, 76, trim),
    cube(254, 266, 76, 76, wood),
    grain(278, 300),
    // the arch
    shape(
      "M70 262L70 208C70 200 76 196 82 196L318 196C326 196 330 202 330 208L330 262L254 262C254 228 232 214 200 214C168 214 146 228 146 262Z",
      sheet.lit(body, 0.2),
    ),
    line("M84 204H296", light(body, 0.5), 3.5),
    line("M150 258C152 230 172 218 200 218", dark(body, 0.35), 3),
    // on the arch
    cube(84, 122, 70, 70, detail),
    cube(246, 122, 70, 70, wood),
    grain(266, 150),
    cube(164, 146, 72, 46, light(trim, 0.25)),
    `<circle cx="200" cy="169" r="13" fill="${dark(trim, 0.25)}"/>`,
    shape("M76 118L114 62C117 58 122 58 125 62L162 118Z", sheet.lit(body, 0.25)),
    `<rect x="262" y="56" width="38" height="62" rx="5" fill="${sheet.ramp(light(trim, 0.3), dark(trim, 0.3), 1, 0.2)}"/>`,
    shape("M252 58L281 18L310 58Z", sheet.lit(detail, 0.2)),
    shape("M172 142C172 110 228 110 228 142Z", sheet.lit(detail, 0.22)),
    `<circle cx="119" cy="158" r="14" fill="${dark(detail, 0.22)}"/>`,
    stitches("M90 318h36M90 304h36", light(trim, 0.35), 3),
    // one that fell
    `<g transform="rotate(-18 352 322)"><rect x="330" y="300" width="44" height="44" rx="5" fill="${sheet.lit(body, 0.22)}"/></g>`,
  ].join("");
}
