import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

const outline = "M118 148L282 148C292 210 300 270 304 318C304 336 292 344 276 344L124 344C108 344 96 336 96 318C100 270 108 210 118 148Z";

/** A soft round bag that a string pulls shut. */
export function bucket(sheet: Sheet, { body, trim, detail }: Palette): string {
  const folds = Array.from({ length: 9 }, (_, i) => {
    const x = 126 + i * 18.5;
    return shape(
      `M${x} 132C${x + 3} 152 ${x + 2} 176 ${x - 4 + i} 204C${x + 6} 180 ${x + 9} 152 ${x + 8} 132Z`,
      dark(body, i > 5 ? 0.3 : 0.22),
    );
  });
  const rim =
    "M112 126C118 106 140 118 152 108C166 98 178 116 196 106C212 96 226 116 242 106C256 100 270 116 288 124C292 140 286 152 278 156L122 156C114 152 108 140 112 126Z";
  return [
    sheet.shadow(200, 346, 130, 14),
    line("M124 152C96 20 304 20 276 152", dark(trim, 0.1), 13),
    line("M122 140C100 26 290 18 274 132", light(trim, 0.3), 2.6),
    shape(outline, sheet.lit(body, 0.26)),
    sheet.inside(
      `<path d="${outline}"/>`,
      [
        folds.join(""),
        shape("M252 148C292 220 296 290 280 350L320 350L320 148Z", dark(body, 0.12)),
        shape("M90 298L310 298L310 350L90 350Z", sheet.lit(trim, 0.15)),
        stitches("M90 305L310 305", light(trim, 0.4), 1.8),
        line("M128 220C122 246 119 266 117 288", light(body, 0.5), 6),
      ].join(""),
    ),
    shape(rim, sheet.ramp(light(body, 0.25), dark(body, 0.12), 0, 1)),
    // the string through its eyelets, and its two ends
    line("M116 152C160 164 240 164 284 152", dark(trim, 0.25), 5),
    [132, 160, 188, 216, 244, 270]
      .map(
        (x) =>
          `<circle cx="${x}" cy="${157 + (Math.abs(x - 200) < 40 ? 3 : 0)}" r="6" fill="none" stroke="${dark(detail, 0.1)}" stroke-width="3.5"/>`,
      )
      .join(""),
    line("M192 162C186 196 178 214 176 238", trim, 5),
    line("M206 162C212 190 222 206 220 228", trim, 5),
    `<rect x="184" y="154" width="32" height="18" rx="8" fill="${dark(trim, 0.2)}"/>`,
    shape("M169 234L183 236L180 262L166 260Z", detail),
    shape("M213 226L227 226L228 252L214 252Z", detail),
    [122, 278].map((x) => `<circle cx="${x}" cy="148" r="11" fill="none" stroke="${dark(detail, 0.08)}" stroke-width="5"/>`).join(""),
  ].join("");
}
