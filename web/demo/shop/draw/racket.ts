import { dark, light, type Palette } from "./colour";
import { line, type Sheet } from "./sheet";

/** A tennis racket leaning to the right, and a ball. */
export function racket(sheet: Sheet, { body, trim, detail }: Palette): string {
  const head = `<ellipse cx="200" cy="128" rx="78" ry="98"/>`;
  const strings = [
    ...Array.from({ length: 13 }, (_, i) => `M${128 + i * 12} 20V240`),
    ...Array.from({ length: 17 }, (_, i) => `M110 ${34 + i * 12}H290`),
  ];
  const drawn = [
    sheet.inside(
      head,
      `<rect x="100" y="20" width="200" height="220" fill="#ffffff" fill-opacity=".28"/>` +
        `<path d="${strings.join("")}" stroke="#fdfbf4" stroke-width="2.2" fill="none"/><path d="${strings.join("")}" stroke="#16202e" stroke-opacity=".16" stroke-width="1" fill="none" transform="translate(.8 1)"/>`,
    ),
    // throat and shaft
    line("M140 196C156 240 188 246 190 292", dark(body, 0.1), 14),
    line("M260 196C244 240 212 246 210 292", dark(body, 0.28), 14),
    line("M150 214C176 206 224 206 250 214", dark(trim, 0.12), 9),
    `<ellipse cx="200" cy="128" rx="82" ry="102" fill="none" stroke="${sheet.ramp(light(body, 0.25), dark(body, 0.3), 1, 1)}" stroke-width="16"/>`,
    line("M126 84C136 46 166 28 200 26", trim, 5),
    line("M274 172C266 206 246 222 222 229", trim, 5),
    line("M120 112C122 100 124 92 128 84", light(body, 0.7), 4),
    // grip
    `<rect x="182" y="284" width="36" height="94" rx="8" fill="${sheet.ramp(light(trim, 0.3), dark(trim, 0.25), 1, 0.2)}"/>`,
    [296, 310, 324, 338, 352].map((y) => line(`M183 ${y + 8}L217 ${y}`, dark(trim, 0.4), 2.5)).join(""),
    `<rect x="178" y="372" width="44" height="16" rx="6" fill="${dark(body, 0.3)}"/>`,
    `<rect x="184" y="268" width="32" height="20" rx="5" fill="${dark(body, 0.4)}"/>`,
  ].join("");
  return [
    sheet.shadow(170, 372, 120, 12),
    `<g transform="translate(14 -4) rotate(26 200 210) scale(.98)">${drawn}</g>`,
    `<circle cx="296" cy="318" r="45" fill="${sheet.ball(detail)}"/>`,
    sheet.inside(
      `<circle cx="296" cy="318" r="45"/>`,
      line("M262 282C286 300 292 334 276 364", "#fffef2", 5) + line("M334 288C312 304 310 330 328 352", "#fffef2", 5),
    ),
  ].join("");
}
