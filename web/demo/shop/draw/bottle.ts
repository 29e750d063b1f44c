import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

const outline =
  "M150 136C138 146 132 158 132 176L132 346C132 360 142 368 156 368L244 368C258 368 268 360 268 346L268 176C268 158 262 146 250 136L244 126L156 126Z";

/** A steel bottle with a loop on its lid. */
export function bottle(sheet: Sheet, { body, trim, detail }: Palette): string {
  return [
    sheet.shadow(206, 368, 92, 12),
    line("M172 60C172 14 228 14 228 60", dark(trim, 0.2), 13),
    line("M170 52C174 18 218 14 226 42", light(trim, 0.4), 2.5),
    `<rect x="150" y="54" width="100" height="58" rx="12" fill="${sheet.ramp(light(trim, 0.3), dark(trim, 0.25), 1, 0.2)}"/>`,
    [164, 180, 196, 212, 228].map((x) => line(`M${x} 66V102`, dark(trim, 0.22), 3)).join(""),
    `<rect x="156" y="108" width="88" height="22" fill="${sheet.ramp("#eef1f1", "#8c969b", 1, 0.1)}"/>`,
    shape(outline, sheet.ramp(light(body, 0.26), dark(body, 0.24), 1, 0.15)),
    sheet.inside(
      `<path d="${outline}"/>`,
      [
        shape("M120 286C160 262 180 306 214 290C240 278 252 272 280 286L280 380L120 380Z", trim),
        shape("M120 312C160 292 180 330 214 316C240 304 252 300 280 312L280 380L120 380Z", dark(trim, 0.14)),
        shape("M236 120C262 150 262 340 240 380L280 380L280 120Z", "#16202e22"),
        line("M150 172C146 190 146 240 147 330", "#ffffff", 8).replace('stroke="#ffffff"', 'stroke="#ffffff" stroke-opacity=".45"'),
        `<rect x="120" y="354" width="160" height="20" fill="${sheet.ramp("#eef1f1", "#8c969b", 1, 0.1)}"/>`,
      ].join(""),
    ),
    bird(204, 222, 66, detail),
  ].join("");
}
