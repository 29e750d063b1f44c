import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** What makes one low shoe differ from another. */
export interface SneakerForm {
  /** wave: a runner's thick foam; cup: a flat stitched sole. */
  readonly sole: "wave" | "cup";
  /** On the side: the shop's wing, or nothing but holes to breathe. */
  readonly mark: "wing" | "none";
}

const upper =
  "M66 268C56 236 62 206 70 176C73 160 82 150 94 152C104 154 108 166 120 174C138 186 160 184 172 170C178 160 184 146 196 142C208 138 220 142 226 152C244 182 270 200 306 212C338 222 356 240 358 268Z";

/** A low lace-up shoe from the side, its toe to the right. */
export function sneaker(sheet: Sheet, { body, trim, detail }: Palette, form: SneakerForm): string {
  const runner = form.sole === "wave";
  const sole = runner
    ? "M56 262C90 268 130 252 180 258C240 264 300 262 362 258C374 270 374 292 356 302C300 314 250 300 200 306C150 312 110 314 74 304C52 298 48 278 56 262Z"
    : "M58 262L360 262C368 274 368 290 360 300C300 306 120 306 66 300C56 292 54 276 58 262Z";
  const tread = runner
    ? "M64 298C110 318 160 306 204 303C256 299 304 314 360 298L352 308C300 320 250 306 204 311C160 316 110 322 76 308Z"
    : "M60 290L364 290L361 302C300 308 120 308 66 302Z";
  const inside = [
    shape("M250 300C256 240 290 214 330 214L400 214L400 300Z", sheet.lit(runner ? trim : light(body, 0.25))), // toe
    shape("M40 300L40 150L96 150C110 190 112 230 108 300Z", sheet.lit(detail, 0.15)), // heel
    stitches("M254 296C260 244 290 220 328 218", dark(body, 0.35), 1.6),
    stitches("M100 156C114 192 116 232 112 296", dark(body, 0.35), 1.6),
    shape(
      "M150 186C176 178 186 160 194 144L232 144C248 182 268 200 300 212L268 232C234 222 206 206 188 184C178 192 164 192 150 186Z",
      sheet.lit(dark(body, 0.14), 0.12),
    ), // eyestay
    stitches("M186 188C206 210 236 226 266 234", light(body, 0.4), 1.6),
    runner
      ? shape("M60 268C140 268 200 246 262 262L262 300L40 300Z", dark(body, 0.16))
      : shape("M110 300C112 262 118 244 150 236C190 228 230 246 254 262L254 300Z", dark(body, 0.07)),
  ];
  const mark =
    form.mark === "wing"
      ? shape(
          "M112 214C140 206 168 214 184 232C200 216 222 216 240 228C226 228 216 236 206 250C196 262 176 262 162 250C150 238 134 224 112 214Z",
          sheet.lit(trim, 0.1),
        )
      : [0, 1, 2, 3].map((i) => `<circle cx="${150 + i * 16}" cy="${232 + i * 4}" r="3" fill="${dark(body, 0.5)}"/>`).join("");
  const laces = [
    [196, 158, 222, 146],
    [206, 172, 233, 162],
    [219, 186, 247, 178],
    [234, 199, 263, 192],
    [251, 210, 281, 203],
  ].map(([a, b, c, d]) =>
    line(`M${a} ${b}Q${((a as number) + (c as number)) / 2} ${(b as number) - 8} ${c} ${d}`, runner ? trim : "#fffdf6", 6),
  );
  const parts = [
    sheet.shadow(206, 306, 176, 16),
    // tongue and lining behind the upper
    shape("M172 172C176 140 184 118 200 112C214 108 224 116 228 132L236 168Z", sheet.lit(runner ? trim : light(body, 0.1), 0.18)),
    shape("M86 156C90 146 104 146 112 160C128 184 164 184 176 166L186 178C160 204 116 196 96 172Z", dark(body, 0.5)),
    shape(upper, sheet.lit(body)),
    sheet.inside(`<path d="${upper}"/>`, inside.join("")),
    mark,
    laces.join(""),
    line("M84 158C80 150 82 140 90 138", detail, 7), // pull tab
    shape(sole, sheet.ramp(light(trim, 0.3), dark(trim, 0.14), 0, 1)),
    runner
      ? shape(
          "M60 276C110 290 160 270 214 276C266 282 320 280 368 272C368 276 368 278 367 280C320 290 266 290 214 284C160 278 110 298 59 284Z",
          detail,
        )
      : stitches("M64 272L360 272", dark(trim, 0.3), 2),
    shape(tread, runner ? dark(detail, 0.25) : sheet.lit("#d9a066", 0.1)),
  ];
  return sheet.place(parts.join(""), -12, -42, 1.04);
}
