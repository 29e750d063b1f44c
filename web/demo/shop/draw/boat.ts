import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** A toy cutter under sail, with a little water round it. Body is the hull, trim the sail. */
export function boat(sheet: Sheet, { body, trim, detail }: Palette): string {
  const wood = "#dfb27a";
  return [
    sheet.shadow(200, 352, 156, 12),
    line("M196 288L196 40", dark(wood, 0.2), 9),
    shape("M204 52C270 104 312 178 318 258L204 262Z", sheet.ramp(light(trim, 0.4), dark(trim, 0.12), 1, 0.6)),
    stitches("M211 68C266 114 302 180 309 250", dark(trim, 0.3), 2),
    line("M206 262C240 256 280 254 318 258", dark(wood, 0.2), 7),
    [110, 158, 206].map((y, i) => line(`M206 ${y}Q${230 + i * 18} ${y + 4} ${250 + i * 22} ${y - 2}`, dark(trim, 0.12), 1.6)).join(""),
    bird(246, 196, 58, detail),
    shape("M188 74C150 128 112 196 88 258L188 262Z", sheet.ramp(detail, dark(detail, 0.2), 1, 0.6)),
    stitches("M182 92C150 142 120 200 100 250", light(detail, 0.5), 2),
    shape("M196 44L236 54L196 66Z", body),
    `<circle cx="196" cy="38" r="7" fill="${sheet.ball("#f0b54c")}"/>`,
    // hull
    shape("M56 274L346 274C340 318 306 346 258 346L138 346C96 346 64 320 56 274Z", sheet.lit(body, 0.22)),
    shape("M50 268C50 264 54 262 58 262L344 262C350 262 352 266 351 272L348 284L54 284Z", sheet.lit(wood, 0.2)),
    shape("M66 304C120 312 280 312 338 304C334 310 332 314 330 317C280 324 130 324 74 318Z", light(trim, 0.2)),
    line("M78 292H180", light(body, 0.5), 4),
    shape("M96 262C96 246 104 240 114 240L150 240C158 240 162 246 162 254L162 262Z", sheet.lit(light(wood, 0.2), 0.2)),
    `<circle cx="118" cy="252" r="5" fill="${dark(detail, 0.2)}"/><circle cx="142" cy="252" r="5" fill="${dark(detail, 0.2)}"/>`,
    // water
    line("M34 340C52 328 70 352 90 340S126 352 146 340S184 352 204 340S240 352 260 340S300 352 320 340S356 350 370 340", "#4fa3b5", 8),
    line("M66 358C84 348 100 366 120 356S160 366 180 356S220 366 240 356S280 366 300 356S330 362 342 356", "#8cc7d1", 6),
  ].join("");
}
