import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

const upper =
  "M96 262C88 220 92 170 98 118C100 104 108 98 122 98L190 96C202 96 208 102 210 114C214 150 230 178 262 196C288 208 316 214 336 226C352 236 358 250 358 264Z";

/** A canvas shoe that covers the ankle, toe to the right. */
export function hightop(sheet: Sheet, { body, trim, detail }: Palette): string {
  const laces: string[] = [];
  const holes: string[] = [];
  for (let i = 0; i < 7; i++) {
    const y = 112 + i * 16;
    const x = i < 5 ? 180 + i * 2 + Math.max(0, i - 2) * 5 : 205 + (i - 5) * 16;
    laces.push(line(`M${x} ${y}Q${x + 16} ${y - 9} ${x + 30 + i * 1.5} ${y - 4}`, trim, 6));
    holes.push(
      `<circle cx="${x - 3}" cy="${y + 1}" r="4.6" fill="${dark("#d9b45b", 0.1)}"/><circle cx="${x - 3}" cy="${y + 1}" r="2" fill="${dark(body, 0.6)}"/>`,
    );
  }
  const cap = "M284 264C284 226 306 212 336 222C356 230 362 250 362 268L284 268Z";
  const parts = [
    sheet.shadow(222, 304, 156, 15),
    shape("M176 104C182 92 200 84 212 90C222 96 222 130 234 152L262 194L226 188Z", sheet.lit(light(body, 0.2), 0.15)), // tongue
    shape("M100 112C112 100 180 96 204 104L202 116C170 108 130 110 102 124Z", dark(body, 0.5)),
    shape(upper, sheet.lit(body)),
    sheet.inside(
      `<path d="${upper}"/>`,
      [
        shape("M80 268L80 100L118 96C126 160 126 210 130 268Z", dark(body, 0.12)),
        stitches("M121 98C129 160 129 210 133 262", light(body, 0.45), 1.8),
        shape(
          "M170 96L214 96C216 150 232 182 268 200L300 214L286 264L252 264C262 226 236 206 214 190C190 172 178 140 170 96Z",
          dark(body, 0.1),
        ),
        stitches("M167 100C175 142 187 174 211 193C233 209 257 226 248 262", light(body, 0.45), 1.8),
        shape("M90 200C150 214 190 240 240 268L90 268Z", dark(body, 0.05)),
      ].join(""),
    ),
    shape("M98 126C99 108 106 99 122 98L188 96C199 96 205 100 208 108L207 114C176 106 126 108 98 126Z", light(body, 0.3)),
    holes.join(""),
    laces.join(""),
    `<circle cx="150" cy="166" r="25" fill="${trim}"/><circle cx="150" cy="166" r="25" fill="none" stroke="${detail}" stroke-width="2.5" stroke-dasharray="4 3"/>`,
    bird(150, 166, 34, detail),
    shape(cap, sheet.ramp(light(trim, 0.5), dark(trim, 0.12), 0.2, 1)),
    line("M288 262C290 232 308 220 332 227", dark(trim, 0.16), 2.5),
    shape(
      "M84 258L362 258C370 270 370 288 362 300C300 306 150 306 92 300C82 292 80 272 84 258Z",
      sheet.ramp(light(trim, 0.4), dark(trim, 0.1), 0, 1),
    ),
    line("M88 272L366 272", detail, 3.5),
    line("M92 290L362 290", dark(trim, 0.16), 2),
    shape("M84 296C150 304 300 304 364 296L360 303C300 309 150 309 92 303Z", "#b98452"),
  ];
  return sheet.place(parts.join(""), -36, -10, 1.06);
}
