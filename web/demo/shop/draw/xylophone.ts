import { blend, dark, light, type Palette } from "./colour";
import { line, points, type Sheet } from "./sheet";

/** Eight bars on a wooden frame, two mallets above. Bars run from body to detail. */
export function xylophone(sheet: Sheet, { body, trim, detail }: Palette): string {
  const stops = [body, blend(body, "#f2bd4b", 0.75), blend("#6fb07a", detail, 0.25), detail];
  const at = (i: number): string => {
    const share = (i * 3) / 7;
    const stop = Math.min(2, Math.floor(share));
    return blend(stops[stop] as string, stops[stop + 1] as string, share - stop);
  };
  const bars = Array.from({ length: 8 }, (_, i) => {
    const x = 60 + i * 36;
    const half = 92 - i * 7.5;
    const colour = at(i);
    return [
      `<rect x="${x - 14}" y="${240 - half}" width="29" height="${half * 2}" rx="9" fill="${sheet.ramp(light(colour, 0.3), dark(colour, 0.22), 0.4, 1)}"/>`,
      line(`M${x - 6} ${252 - half}V${240 + half * 0.2}`, light(colour, 0.6), 4),
      `<circle cx="${x}" cy="${240 - half * 0.62}" r="4.5" fill="${dark(colour, 0.5)}"/><circle cx="${x}" cy="${240 + half * 0.62}" r="4.5" fill="${dark(colour, 0.5)}"/>`,
    ].join("");
  });
  const rail = (sign: number): string =>
    `<polygon points="${points([30, 240 + sign * 62 - 11], [342, 240 + sign * 29 - 11], [342, 240 + sign * 29 + 11], [30, 240 + sign * 62 + 11])}" fill="${sheet.lit(trim, 0.2)}" stroke="${sheet.lit(trim, 0.2)}" stroke-width="8" stroke-linejoin="round"/>`;
  const mallet = (turn: number, x: number, y: number, colour: string): string =>
    `<g transform="translate(${x} ${y}) rotate(${turn})">${line("M0 0H170", dark(trim, 0.05), 9)}${line("M6 -2H160", light(trim, 0.5), 2.5)}<circle cx="0" cy="0" r="19" fill="${sheet.ball(colour)}"/></g>`;
  return [sheet.shadow(196, 340, 168, 13), rail(-1), rail(1), bars.join(""), mallet(-24, 92, 126, detail), mallet(-8, 212, 130, body)].join(
    "",
  );
}
