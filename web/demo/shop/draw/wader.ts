import { dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

function wheel(sheet: Sheet, x: number, rim: string, hub: string): string {
  return `<circle cx="${x}" cy="316" r="34" fill="${dark(rim, 0.35)}"/><circle cx="${x}" cy="316" r="28" fill="${sheet.lit(rim, 0.25)}"/><circle cx="${x}" cy="316" r="18" fill="none" stroke="${dark(rim, 0.2)}" stroke-width="2.5"/><circle cx="${x}" cy="316" r="8" fill="${hub}"/>`;
}

/** A wooden dunlin on wheels, with its string. */
export function wader(sheet: Sheet, { body, trim, detail }: Palette): string {
  const back =
    "M64 190C96 150 150 132 202 140C224 144 240 136 248 118C258 92 288 82 310 96C326 106 332 124 328 140C318 196 272 252 204 258C150 262 104 238 64 190Z";
  return [
    sheet.shadow(196, 350, 132, 12),
    // string and its ball
    line("M286 292C330 282 344 306 372 292", "#d95f4a", 4),
    `<circle cx="378" cy="288" r="12" fill="${sheet.ball("#f0b54c")}"/>`,
    // legs and cart
    line("M178 250L170 292M222 250L230 292", dark(detail, 0.1), 10),
    `<rect x="96" y="284" width="208" height="26" rx="13" fill="${sheet.lit("#e6c291", 0.2)}"/>`,
    wheel(sheet, 138, "#3f8f9c", "#f3d58a"),
    wheel(sheet, 262, "#3f8f9c", "#f3d58a"),
    // beak: long, and bent down at the end, as a dunlin's is
    shape("M324 118C352 120 376 132 386 152C388 156 384 158 381 155C366 142 346 138 322 136Z", sheet.lit(detail, 0.25)),
    shape(back, sheet.lit(body, 0.26)),
    sheet.inside(
      `<path d="${back}"/>`,
      [
        // pale breast, dark belly
        shape("M250 110C250 160 236 196 196 214C160 230 110 224 76 200L90 270L300 270L350 130L300 80Z", sheet.lit(trim, 0.15)),
        shape("M164 226C190 214 220 212 244 200C252 216 240 244 214 262L150 262C150 246 154 232 164 226Z", detail),
        [0, 1, 2, 3, 4, 5, 6].map((i) => line(`M${262 + (i % 3) * 12} ${150 + i * 9}l-5 7`, dark(body, 0.3), 3)).join(""),
      ].join(""),
    ),
    // wing
    shape("M70 192C110 158 164 152 214 170C204 204 166 224 126 218C106 214 84 206 70 192Z", sheet.lit(dark(body, 0.18), 0.25)),
    line("M112 196C140 188 166 186 192 188M126 210C146 206 162 204 178 202", light(body, 0.5), 4),
    line("M98 180C130 164 164 162 190 168", dark(body, 0.4), 3),
    shape("M70 190C58 186 44 190 34 200C48 204 64 204 78 200Z", sheet.lit(dark(body, 0.3), 0.2)),
    `<circle cx="296" cy="120" r="9" fill="#1d2327"/><circle cx="293" cy="117" r="3" fill="#ffffff"/>`,
    shape("M262 104C276 92 298 90 312 98C296 98 280 102 268 112Z", dark(body, 0.28)),
  ].join("");
}
