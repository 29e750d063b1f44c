import { bird } from "./bird";
import { dark, light, type Palette } from "./colour";
import { line, shape, stitches, type Sheet } from "./sheet";

/** What makes one boot differ from another. */
export interface BootForm {
  readonly shaft: "ankle" | "knee";
  readonly closing: "elastic" | "laces" | "none";
  readonly sole: "plain" | "lugs";
}

const ankle =
  "M104 268C96 226 106 176 108 112C109 102 114 98 124 98L204 98C214 98 218 103 218 114C217 150 226 176 252 194C284 212 322 214 342 236C350 246 352 256 352 268Z";
const knee =
  "M112 270C104 220 118 140 112 56C112 46 118 42 128 42L214 42C224 42 230 46 229 56C226 110 222 160 238 186C256 206 316 206 340 232C350 244 352 258 352 270Z";

/** A boot from the side, its toe to the right. */
export function boot(sheet: Sheet, { body, trim, detail }: Palette, form: BootForm): string {
  const path = form.shaft === "ankle" ? ankle : knee;
  const rubber = form.closing === "none";
  const parts = [
    sheet.shadow(222, 304, 156, 15),
    form.closing === "laces"
      ? shape("M186 102C192 78 214 72 224 86C232 100 230 140 240 168L262 198L210 190Z", sheet.lit(dark(body, 0.25), 0.2))
      : "",
    line(
      form.shaft === "ankle" ? "M112 102C104 84 112 72 120 78C126 84 124 96 122 102" : "M120 46C114 28 122 18 132 24C138 30 136 40 134 46",
      dark(body, 0.25),
      7,
    ),
    shape(path, rubber ? sheet.ramp(light(body, 0.28), dark(body, 0.12), 0.6, 1) : sheet.lit(body)),
    sheet.inside(
      `<path d="${path}"/>`,
      rubber ? gloss(body, trim, detail) : form.closing === "elastic" ? chelsea(body, detail) : hiker(sheet, body, detail),
    ),
    form.closing === "laces" ? hooks(detail) : "",
    form.shaft === "knee" ? shape("M112 56C112 46 118 42 128 42L214 42C224 42 230 46 229 56L228 68C190 62 150 62 113 68Z", trim) : "",
    form.sole === "lugs" ? lugs(sheet, trim, detail) : plain(sheet, trim),
  ];
  return form.shaft === "ankle" ? sheet.place(parts.join(""), -34, -4, 1.06) : sheet.place(parts.join(""), -20, 16, 1);
}

function chelsea(body: string, detail: string): string {
  const ribs = Array.from({ length: 9 }, (_, i) =>
    line(`M${145 + i * 6} 96L${147 + i * 5} ${196 - Math.abs(i - 4) * 5}`, dark(body, 0.62), 2.2),
  );
  return [
    shape("M140 90L200 90C198 140 192 176 172 200C152 176 144 140 140 90Z", dark(body, 0.5)),
    ribs.join(""),
    stitches("M135 92C139 142 148 180 172 208C196 180 203 142 205 92", detail, 1.8),
    shape("M128 106C124 160 120 200 130 262L100 268L100 100Z", dark(body, 0.14)),
    line("M244 202C276 214 300 216 318 226", light(body, 0.45), 5),
  ].join("");
}

function hiker(sheet: Sheet, body: string, detail: string): string {
  return [
    shape("M90 268L90 90L140 90C146 150 138 200 150 268Z", sheet.lit(dark(body, 0.24), 0.15)),
    shape("M182 96L240 96C222 160 250 190 300 210L282 236C236 220 200 190 182 96Z", sheet.lit(dark(body, 0.2), 0.15)),
    shape("M270 268C276 232 300 216 360 226L360 270Z", sheet.lit(dark(body, 0.34), 0.2)),
    stitches("M178 98C196 194 232 226 280 240", detail, 1.8),
    stitches("M144 98C150 150 142 200 154 262", detail, 1.8),
    shape("M90 246C160 238 220 244 290 252L290 270L90 270Z", dark(body, 0.3)),
    shape("M98 98L222 98L222 124C180 114 140 114 98 124Z", light(body, 0.18)),
    line("M98 126C140 116 180 116 222 126", dark(body, 0.3), 2),
  ].join("");
}

function hooks(detail: string): string {
  return [0, 1, 2, 3, 4, 5]
    .map((i) => {
      const x = i < 3 ? 192 + i * 5 : 204 + (i - 2) * 18;
      const y = 112 + i * 19 - Math.max(0, i - 3) * 6;
      return `${line(`M${x} ${y}Q${x + 14} ${y - 10} ${x + 28} ${y - 4}`, detail, 5.5)}<circle cx="${x - 2}" cy="${y + 2}" r="4.5" fill="#c9ced0"/>`;
    })
    .join("");
}

function gloss(body: string, trim: string, detail: string): string {
  return [
    shape("M104 60L148 60C152 140 146 210 152 270L100 270Z", dark(body, 0.08)),
    line("M206 84C202 130 202 160 216 188", light(body, 0.7), 9),
    line("M262 212C290 216 312 222 326 236", light(body, 0.65), 8),
    shape("M110 236C180 228 260 236 356 240L356 272L100 272Z", trim),
    `<circle cx="166" cy="112" r="17" fill="${detail}"/>` + bird(166, 112, 23, trim),
  ].join("");
}

function plain(sheet: Sheet, trim: string): string {
  return [
    shape(
      "M98 264L356 264C364 276 364 290 352 300L240 300C226 300 222 290 206 290L206 304L104 304C94 296 92 276 98 264Z",
      sheet.ramp(light(trim, 0.25), dark(trim, 0.3), 0, 1),
    ),
    line("M100 273L358 273", light(trim, 0.4), 2),
    shape("M97 292L206 292L206 304L104 304C100 301 98 297 97 292Z", dark(trim, 0.4)),
  ].join("");
}

function lugs(sheet: Sheet, trim: string, detail: string): string {
  const teeth = Array.from(
    { length: 11 },
    (_, i) => `<rect x="${102 + i * 23}" y="286" width="15" height="18" rx="3" fill="${dark(trim, 0.25)}"/>`,
  );
  return [
    teeth.join(""),
    shape("M94 260L358 260C366 270 366 284 356 294L104 294C92 288 90 270 94 260Z", sheet.ramp(light(trim, 0.3), dark(trim, 0.1), 0, 1)),
    line("M98 272L360 272", detail, 4),
  ].join("");
}
