import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** A small round shoulder bag with a flap and a lock. */
export function saddle(sheet: Sheet, { body, trim, detail }: Palette): string {
  const bag = "M92 208C92 190 104 182 122 182L278 182C296 182 308 190 308 208L308 250C308 312 264 344 200 344C136 344 92 312 92 250Z";
  const flap = "M86 206C86 184 100 174 122 174L278 174C300 174 314 184 314 206L314 226C314 276 268 298 200 298C132 298 86 276 86 226Z";
  return [
    sheet.shadow(200, 346, 122, 13),
    line("M106 204C60 60 340 60 294 204", dark(trim, 0.12), 11),
    line("M104 196C64 66 320 56 292 180", light(trim, 0.2), 2.5),
    shape(bag, sheet.lit(dark(body, 0.16), 0.2)),
    stitches("M104 262C112 310 154 334 200 334C246 334 288 310 296 262", light(body, 0.35), 1.8),
    shape(
      "M86 220C100 292 160 312 214 306C276 300 310 268 314 222L314 232C312 284 264 306 200 306C136 306 88 280 86 232Z",
      dark(body, 0.45),
    ),
    shape(flap, sheet.lit(body, 0.28)),
    sheet.inside(
      `<path d="${flap}"/>`,
      shape("M250 170C306 190 318 260 240 304L330 304L330 170Z", dark(body, 0.12)) +
        line("M112 190C140 184 190 183 226 184", light(body, 0.6), 6),
    ),
    stitches(
      "M97 210C97 192 106 184 124 184L276 184C294 184 303 192 303 210L303 226C303 266 262 287 200 287C138 287 97 266 97 226Z",
      light(body, 0.45),
      2,
    ),
    shape("M180 262L220 262L220 308C220 320 212 326 200 326C188 326 180 320 180 308Z", sheet.lit(trim, 0.2)),
    `<circle cx="200" cy="298" r="13" fill="${dark(detail, 0.15)}"/><circle cx="200" cy="298" r="10" fill="${sheet.ball(detail)}"/>`,
    [106, 294]
      .map(
        (x) =>
          `<circle cx="${x}" cy="200" r="13" fill="none" stroke="${dark(detail, 0.1)}" stroke-width="6"/><circle cx="${x}" cy="200" r="13" fill="none" stroke="${light(detail, 0.4)}" stroke-width="2"/>`,
      )
      .join(""),
  ].join("");
}
