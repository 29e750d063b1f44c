import { dark, light } from "./colour";
import { line, shape, Sheet, stitches } from "./sheet";

/** The workbench behind the till: a boot on its last, tools on the wall, a window to the sea. */
export function workshop(): string {
  const sheet = new Sheet();
  const wood = "#c98f5c";
  const tool = (x: number, draw: string): string => `<circle cx="${x}" cy="96" r="5" fill="${dark(wood, 0.4)}"/>${draw}`;
  return sheet.picture(
    720,
    540,
    [
      `<rect width="720" height="540" fill="${sheet.ramp("#e9efe6", "#d3dfd2", 0, 1)}"/>`,
      // window
      `<rect x="428" y="64" width="232" height="218" rx="8" fill="${sheet.lit("#f6efe0", 0.1)}"/>`,
      `<rect x="444" y="80" width="200" height="186" fill="${sheet.ramp("#bfe0e6", "#fdf0d8", 0, 1)}"/>`,
      `<circle cx="592" cy="150" r="26" fill="#ffd98a"/>`,
      `<rect x="444" y="200" width="200" height="66" fill="${sheet.ramp("#7db9c2", "#5a9dac", 0, 1)}"/>`,
      line("M560 212h40M548 226h60M566 240h34", "#ffe6b0", 3),
      shape("M484 206L512 206L508 214L488 214ZM497 203L497 176L513 202Z", "#ffffff"),
      line("M544 80V266M444 172H644", "#f6efe0", 9),
      // tool board
      `<rect x="56" y="64" width="316" height="180" rx="10" fill="${sheet.lit("#b9cbb6", 0.12)}"/>`,
      tool(100, line("M100 100V190", wood, 12) + shape("M76 186H132C136 200 128 208 116 208H76Z", sheet.lit("#6b767c"))),
      tool(170, line("M170 100V150", "#d95f4a", 14) + line("M170 150V216", "#a7b0b4", 6)),
      tool(
        236,
        line("M222 100C216 140 232 160 236 176M250 100C256 140 240 160 236 176", "#3f8f9c", 10) +
          line("M236 172L226 220M236 172L246 220", "#a7b0b4", 7),
      ),
      tool(
        316,
        `<circle cx="316" cy="146" r="40" fill="none" stroke="${wood}" stroke-width="8"/><circle cx="316" cy="146" r="30" fill="${sheet.ball("#e0b070")}"/><path d="M292 134C306 140 326 140 340 134M290 148C306 154 326 154 342 148M294 162C306 166 326 166 338 162" stroke="${dark("#e0b070", 0.3)}" stroke-width="2.5" fill="none"/>`,
      ),
      // bench
      `<rect y="392" width="720" height="38" fill="${sheet.ramp(light(wood, 0.25), dark(wood, 0.05), 0, 1)}"/>`,
      `<rect y="430" width="720" height="110" fill="${sheet.ramp(dark(wood, 0.2), dark(wood, 0.4), 0, 1)}"/>`,
      [60, 250, 440, 630]
        .map(
          (x) =>
            `<rect x="${x}" y="452" width="150" height="64" rx="6" fill="${sheet.lit(dark(wood, 0.1), 0.12)}"/><circle cx="${x + 75}" cy="484" r="8" fill="${sheet.ball("#d2a852")}"/>`,
        )
        .join(""),
      // the boot on its last
      `<g transform="translate(59 71) scale(.82)">`,
      sheet.shadow(330, 396, 150, 14),
      `<rect x="300" y="322" width="28" height="72" fill="${sheet.lit("#6b767c")}"/><rect x="250" y="380" width="128" height="16" rx="6" fill="${sheet.lit("#566067")}"/>`,
      shape(
        "M238 316C226 262 246 214 250 160L336 160C338 204 350 232 384 254C420 270 456 274 474 300C480 310 480 320 478 328L244 328C240 324 239 320 238 316Z",
        sheet.lit("#a5623f", 0.28),
      ),
      stitches("M262 170C258 220 246 262 256 318M392 260C388 286 388 300 392 322", "#f0d2a0", 2.2),
      shape("M276 162L314 162C314 204 306 228 294 244C282 228 276 204 276 162Z", dark("#a5623f", 0.55)),
      line("M386 268C420 282 444 286 456 300", light("#a5623f", 0.5), 6),
      shape("M236 322L480 322C486 332 484 342 476 346L244 346C236 340 233 330 236 322Z", sheet.lit("#5a4636")),
      shape("M234 346L330 346L330 350L240 350Z", dark("#5a4636", 0.4)),
      "</g>",
      // thread, wax, a springy spring
      `<rect x="96" y="340" width="58" height="52" rx="6" fill="${sheet.lit("#d95f4a", 0.2)}"/><rect x="88" y="332" width="74" height="12" rx="5" fill="${sheet.lit(wood)}"/><rect x="88" y="386" width="74" height="10" rx="5" fill="${sheet.lit(wood)}"/>`,
      line("M100 352H150M100 362H150M100 372H150M100 382H150", dark("#d95f4a", 0.25), 2),
      line("M154 366C190 380 214 340 244 330", "#d95f4a", 3),
      `<rect x="560" y="350" width="96" height="44" rx="8" fill="${sheet.lit("#3f8f9c", 0.2)}"/><rect x="552" y="340" width="112" height="18" rx="7" fill="${sheet.lit("#f0c65a", 0.2)}"/>`,
      line("M500 392c0-12 12-12 12 0s12 0 12 0 12-12 12 0", "#8b959b", 4),
    ].join(""),
  );
}
