import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

const upper = "M62 268C54 238 60 210 70 188C78 172 92 172 104 182C130 202 166 202 200 192C236 182 262 184 290 198C324 214 352 232 356 268Z";

/** A slip-on leather shoe with a saddle across it, toe to the right. */
export function loafer(sheet: Sheet, { body, trim, detail }: Palette): string {
  const parts = [
    sheet.shadow(208, 304, 172, 15),
    shape(upper, sheet.lit(body, 0.26)),
    sheet.inside(
      `<path d="${upper}"/>`,
      [
        shape("M56 270L60 184L104 178C116 210 118 240 116 270Z", dark(body, 0.16)),
        stitches("M107 184C119 212 121 240 119 266", light(body, 0.4), 1.8),
        // apron, sewn by hand
        shape("M196 192C226 178 268 180 296 196C318 206 334 218 340 230C300 224 250 232 208 226Z", light(body, 0.14)),
        line("M205 228C250 236 300 226 344 233", dark(body, 0.4), 3),
        Array.from({ length: 12 }, (_, i) => line(`M${216 + i * 10.5} ${225 + Math.sin(i / 3) * 3}l3 9`, dark(body, 0.35), 2.2)).join(""),
        line("M250 196C278 198 300 206 318 216", light(body, 0.6), 6),
      ].join(""),
    ),
    // the opening, and the lining behind it
    shape(
      "M72 190C80 170 96 166 110 178C134 196 162 196 190 190C168 216 104 220 72 190Z",
      sheet.ramp(dark(body, 0.7), dark(body, 0.45), 0, 1),
    ),
    line("M72 190C104 220 168 216 190 190", light(body, 0.16), 4),
    // saddle with its slot
    shape("M168 196C196 194 214 186 232 184C238 206 240 240 236 270L176 270C182 244 178 216 168 196Z", sheet.lit(dark(body, 0.14), 0.2)),
    stitches("M176 200C186 220 188 246 184 266", light(body, 0.4), 1.8),
    stitches("M226 190C232 214 234 240 230 266", light(body, 0.4), 1.8),
    shape("M190 222C202 216 214 214 226 216L227 232C215 229 204 231 193 237Z", detail),
    shape("M204 220L213 218L214 231L206 232Z", light(body, 0.3)),
    shape(
      "M56 262L360 262C368 270 368 280 360 286L224 288L214 304L66 304C54 296 50 274 56 262Z",
      sheet.ramp(light(trim, 0.3), dark(trim, 0.2), 0, 1),
    ),
    shape("M54 288L222 288L214 304L66 304C58 300 55 294 54 288Z", dark(trim, 0.45)),
    stitches("M62 270L360 270", dark(trim, 0.4), 1.8),
    shape("M222 288L360 285C354 296 346 302 334 303L216 304Z", dark(trim, 0.35)),
  ];
  return sheet.place(parts.join(""), -14, -46, 1.04);
}
