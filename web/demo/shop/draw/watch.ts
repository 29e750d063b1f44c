import { dark, type Palette } from "./colour";
import { dial } from "./dial";
import { line, shape, stitches, type Sheet } from "./sheet";

/** What makes one watch differ from another. */
export interface WatchForm {
  readonly face: "classic" | "chronograph" | "diver" | "tank" | "field" | "moon" | "digital" | "plain";
  readonly strap: "leather" | "rubber" | "webbing" | "mesh";
}

/** A watch from the front, its strap running out of the picture's middle. Body is the dial, trim the strap. */
export function watch(sheet: Sheet, palette: Palette, form: WatchForm): string {
  return [sheet.shadow(206, 366, 74, 10), strap(sheet, palette, form), dial(sheet, palette, form.face)].join("");
}

function strap(sheet: Sheet, { trim, detail }: Palette, { strap: kind, face }: WatchForm): string {
  const half = face === "tank" ? 42 : face === "digital" ? 44 : kind === "webbing" ? 46 : 44;
  const upper = `M${200 - half} 132C${198 - half * 0.9} 92 ${198 - half * 0.78} 58 ${200 - half * 0.74} 34C${200 - half * 0.72} 26 ${200 - half * 0.6} 22 ${200 - half * 0.5} 22L${200 + half * 0.5} 22C${200 + half * 0.6} 22 ${200 + half * 0.72} 26 ${200 + half * 0.74} 34C${202 + half * 0.78} 58 ${202 + half * 0.9} 92 ${200 + half} 132Z`;
  const lower = `M${200 - half} 264C${198 - half * 0.9} 304 ${198 - half * 0.74} 330 ${200 - half * 0.7} 352C${200 - half * 0.66} 374 ${200 + half * 0.66} 374 ${200 + half * 0.7} 352C${202 + half * 0.74} 330 ${202 + half * 0.9} 304 ${200 + half} 264Z`;
  const fill = kind === "mesh" ? sheet.ramp("#e9eced", "#9aa3a8", 1, 0.15) : sheet.ramp(dark(trim, 0.06), dark(trim, 0.3), 1, 0.1);
  const path = `<path d="${upper}"/><path d="${lower}"/>`;
  const inner: string[] = [];
  if (kind === "leather") {
    inner.push(
      stitches(
        `M${200 - half + 9} 132C${203 - half * 0.8} 92 ${204 - half * 0.66} 60 ${204 - half * 0.62} 36M${200 + half - 9} 132C${197 + half * 0.8} 92 ${196 + half * 0.66} 60 ${196 + half * 0.62} 36`,
        "#fff3dc",
        1.6,
      ),
      stitches(
        `M${200 - half + 9} 264C${203 - half * 0.8} 304 ${205 - half * 0.62} 330 ${206 - half * 0.56} 350M${200 + half - 9} 264C${197 + half * 0.8} 304 ${195 + half * 0.62} 330 ${194 + half * 0.56} 350`,
        "#fff3dc",
        1.6,
      ),
      [318, 334, 350].map((y) => `<ellipse cx="200" cy="${y}" rx="3" ry="4" fill="${dark(trim, 0.7)}"/>`).join(""),
    );
  }
  if (kind === "rubber") {
    inner.push(
      [300, 316, 332, 348].map((y) => `<ellipse cx="200" cy="${y}" rx="5" ry="3.2" fill="${dark(trim, 0.65)}"/>`).join(""),
      [78, 90, 102].map((y) => line(`M150 ${y}H250`, dark(trim, 0.36), 4)).join(""),
    );
  }
  if (kind === "webbing") {
    inner.push(
      line("M200 20V380", detail, 15),
      line("M178 20V380M222 20V380", dark(trim, 0.4), 2),
      Array.from({ length: 50 }, (_, i) => line(`M150 ${24 + i * 7}H250`, dark(trim, 0.5).concat("40"), 1.4)).join(""),
    );
  }
  if (kind === "mesh") {
    inner.push(
      Array.from({ length: 62 }, (_, i) => line(`M150 ${20 + i * 6}H250`, "#7d878d66", 1.6)).join(""),
      Array.from({ length: 18 }, (_, i) => line(`M${150 + i * 6} 20V380`, "#7d878d44", 1.4)).join(""),
    );
  }
  return shape(upper, fill) + shape(lower, fill) + sheet.inside(path, inner.join(""));
}
