import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { shape, type Sheet } from "./sheet";

/** A board leaning, its painted underside towards us. */
export function skateboard(sheet: Sheet, { body, trim, detail }: Palette): string {
  const deck = "M150 74C150 40 172 22 200 22C228 22 250 40 250 74L250 326C250 360 228 378 200 378C172 378 150 360 150 326Z";
  const truck = (y: number): string =>
    [
      [132, 252].map((x) => `<rect x="${x}" y="${y - 22}" width="16" height="44" rx="7" fill="${dark(trim, 0.35)}"/>`).join(""),
      `<rect x="140" y="${y - 6}" width="120" height="12" rx="6" fill="${sheet.ramp("#e9eced", "#7f898f", 0, 1)}"/>`,
      `<rect x="174" y="${y - 22}" width="52" height="44" rx="9" fill="${sheet.ramp("#dfe4e6", "#8b959b", 0.3, 1)}"/>`,
      `<circle cx="200" cy="${y}" r="10" fill="${trim}"/>`,
      [
        [128, -1],
        [254, 1],
      ]
        .map(
          ([x]) =>
            `<rect x="${x}" y="${y - 24}" width="18" height="48" rx="8" fill="${sheet.ramp(light(trim, 0.3), dark(trim, 0.2), 1, 0.3)}"/>`,
        )
        .join(""),
    ].join("");
  const waves = [186, 206, 226, 246, 266].map((y, i) =>
    shape(
      `M140 ${y}C160 ${y - 18} 180 ${y + 14} 200 ${y}C220 ${y - 14} 240 ${y + 18} 262 ${y}L262 400L140 400Z`,
      i % 2 ? light(detail, 0.2) : i > 2 ? dark(detail, 0.2) : detail,
    ),
  );
  const drawn = [
    shape("M156 78C156 46 176 26 206 26C236 26 256 44 256 78L256 328C256 362 234 382 206 382C178 382 156 362 156 328Z", dark(body, 0.45)),
    shape(deck, sheet.lit(body, 0.15)),
    sheet.inside(
      `<path d="${deck}"/>`,
      [
        Array.from(
          { length: 6 },
          (_, i) =>
            `<path d="M${158 + i * 16} 10C${162 + i * 16} 120 ${154 + i * 16} 260 ${160 + i * 16} 390" stroke="${dark(body, 0.2)}" stroke-opacity=".4" stroke-width="1.5" fill="none"/>`,
        ).join(""),
        `<circle cx="200" cy="152" r="36" fill="${trim}"/>`,
        waves.join(""),
        bird(194, 140, 44, light(body, 0.75)),
        shape("M226 0L260 0L260 400L226 400C238 280 238 120 226 0Z", "#16202e1f"),
      ].join(""),
    ),
    truck(76),
    truck(324),
  ].join("");
  return sheet.shadow(226, 372, 116, 12) + `<g transform="translate(4 0) rotate(24 200 200) scale(.98)">${drawn}</g>`;
}
