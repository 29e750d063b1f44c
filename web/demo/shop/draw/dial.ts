import { dark, light, type Palette } from "./colour";
import { digits } from "./digits";
import { cx, cy, hands } from "./hand";
import { line, points, polar, shape, type Sheet } from "./sheet";
import { digital, tank } from "./square";
import type { WatchForm } from "./watch";

const steel = ["#f4f6f6", "#8e989d"] as const;
const rose = ["#f6d8c6", "#b77f66"] as const;

/** The part of a watch that tells the time: ten past ten, as in every shop window. */
export function dial(sheet: Sheet, palette: Palette, face: WatchForm["face"]): string {
  switch (face) {
    case "classic":
      return [
        casing(sheet, 98, steel),
        plate(sheet, palette, 84),
        ticks(12, 64, 76, 4.5, palette.detail),
        ticks(60, 73, 77, 1.2, palette.detail),
        date(palette),
        hands(palette, "sword"),
        glass(84),
      ].join("");
    case "chronograph":
      return [
        casing(sheet, 102, steel, true),
        plate(sheet, palette, 88),
        ticks(60, 80, 85, 1.4, "#2d3a45"),
        ticks(12, 72, 85, 4, "#2d3a45"),
        counters(palette),
        hands({ ...palette, detail: "#2d3a45" }, "sword", palette.detail),
        glass(88),
      ].join("");
    case "diver":
      return [
        casing(sheet, 104, steel),
        bezel(sheet, palette),
        plate(sheet, palette, 76),
        lume(),
        hands({ ...palette, detail: "#f4f1e4" }, "broad", palette.detail),
        glass(76),
      ].join("");
    case "field":
      return [
        casing(sheet, 98, ["#8a9094", "#4d5458"]),
        plate(sheet, palette, 85),
        numerals(palette.detail),
        ticks(60, 76, 81, 1.6, palette.detail),
        hands(palette, "broad", "#d95f4a"),
        glass(85),
      ].join("");
    case "moon":
      return [
        casing(sheet, 98, rose),
        plate(sheet, palette, 84),
        ticks(12, 66, 76, 3, palette.detail),
        moon(sheet, palette),
        hands(palette, "leaf"),
        glass(84),
      ].join("");
    case "plain":
      return [
        casing(sheet, 94, steel),
        plate(sheet, palette, 86),
        `<circle cx="${cx}" cy="${cy - 64}" r="5" fill="${palette.detail}"/>`,
        hands(palette, "thin"),
        glass(86),
      ].join("");
    case "tank":
      return tank(sheet, palette);
    case "digital":
      return digital(sheet, palette);
  }
}

function casing(sheet: Sheet, radius: number, [from, to]: readonly [string, string], pushers = false): string {
  const lugs = [
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
  ].map(([x, y]) =>
    shape(
      `M${cx + (x as number) * 42} ${cy + (y as number) * (radius - 18)}L${cx + (x as number) * 70} ${cy + (y as number) * (radius - 44)}L${cx + (x as number) * 58} ${cy + (y as number) * (radius + 6)}Q${cx + (x as number) * 50} ${cy + (y as number) * (radius + 12)} ${cx + (x as number) * 43} ${cy + (y as number) * (radius + 6)}Z`,
      sheet.ramp(from, to, 1, 1),
    ),
  );
  const crown =
    `<rect x="${cx + radius - 4}" y="${cy - 12}" width="18" height="24" rx="5" fill="${sheet.ramp(from, to, 0, 1)}"/>` +
    [-6, 0, 6].map((d) => line(`M${cx + radius + 4} ${cy + d}h8`, dark(to, 0.2), 1.5)).join("");
  const push = pushers
    ? [-52, 52]
        .map((d) => `<rect x="${cx + radius - 18}" y="${cy + d - 9}" width="22" height="18" rx="4" fill="${sheet.ramp(from, to, 0, 1)}"/>`)
        .join("")
    : "";
  return [
    lugs.join(""),
    crown,
    push,
    `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${sheet.ramp(from, to, 0.8, 1)}"/>`,
    `<circle cx="${cx}" cy="${cy}" r="${radius - 6}" fill="${sheet.ramp(to, from, 0.8, 1)}"/>`,
  ].join("");
}

function plate(sheet: Sheet, { body }: Palette, radius: number): string {
  return `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${sheet.ramp(light(body, 0.2), dark(body, 0.12), 0.7, 1)}"/><circle cx="${cx}" cy="${cy}" r="${radius - 1}" fill="none" stroke="#16202e" stroke-opacity=".16" stroke-width="3"/>`;
}

function ticks(n: number, from: number, to: number, width: number, colour: string): string {
  const marks = Array.from({ length: n }, (_, i) => {
    const [x1, y1] = polar(cx, cy, (i * 360) / n, from);
    const [x2, y2] = polar(cx, cy, (i * 360) / n, to);
    return `M${x1} ${y1}L${x2} ${y2}`;
  });
  return line(marks.join(""), colour, width);
}

function glass(radius: number): string {
  const [x1, y1] = polar(cx, cy, 292, radius - 6);
  const [x2, y2] = polar(cx, cy, 348, radius - 6);
  return `<path d="M${x1} ${y1}A${radius - 6} ${radius - 6} 0 0 1 ${x2} ${y2}" fill="none" stroke="#ffffff" stroke-opacity=".55" stroke-width="4" stroke-linecap="round"/>`;
}

function date({ detail }: Palette): string {
  return `<rect x="${cx + 42}" y="${cy - 9}" width="24" height="18" rx="2.5" fill="#fffdf6" stroke="${detail}" stroke-opacity=".4"/>${digits("23", cx + 46, cy - 5.5, 0.5, "#2b3a4a")}`;
}

function counters({ body, detail, trim }: Palette): string {
  const one = (x: number, y: number, angle: number): string => {
    const [hx, hy] = polar(x, y, angle, 14);
    const marks = Array.from({ length: 12 }, (_, i) => {
      const [a, b] = polar(x, y, i * 30, 16);
      const [c, d] = polar(x, y, i * 30, 19);
      return `M${a} ${b}L${c} ${d}`;
    });
    return `<circle cx="${x}" cy="${y}" r="22" fill="${dark(body, 0.1)}"/><circle cx="${x}" cy="${y}" r="22" fill="none" stroke="${dark(trim, 0.1)}" stroke-width="1.5"/>${line(marks.join(""), "#2d3a45", 1.2)}${line(`M${x} ${y}L${hx} ${hy}`, detail, 2.4)}`;
  };
  return one(cx - 38, cy + 4, 40) + one(cx + 38, cy + 4, 130) + one(cx, cy + 42, 310);
}

function bezel(sheet: Sheet, { body, detail }: Palette): string {
  const teeth = Array.from({ length: 60 }, (_, i) => {
    const [x, y] = polar(cx, cy, i * 6, 103);
    return `<circle cx="${x}" cy="${y}" r="3" fill="#6e787e"/>`;
  });
  const [x, y] = polar(cx, cy, 0, 89);
  return [
    teeth.join(""),
    `<circle cx="${cx}" cy="${cy}" r="100" fill="${sheet.ramp(light(body, 0.12), dark(body, 0.4), 0.6, 1)}"/>`,
    ticks(12, 84, 94, 4, "#f4f1e4"),
    ticks(60, 89, 94, 1.3, "#f4f1e4"),
    `<polygon points="${points([x, y + 7], [x - 9, y - 7], [x + 9, y - 7])}" fill="${detail}"/>`,
    `<circle cx="${cx}" cy="${cy}" r="79" fill="#c9ced0"/>`,
  ].join("");
}

function lume(): string {
  return Array.from({ length: 12 }, (_, i) => {
    const [x, y] = polar(cx, cy, i * 30, 58);
    if (i === 0) return `<polygon points="${points([x, y + 10], [x - 9, y - 7], [x + 9, y - 7])}" fill="#f4f1e4"/>`;
    if (i % 3 === 0)
      return `<rect x="${x - 5}" y="${y - 5}" width="10" height="10" rx="2" fill="#f4f1e4" transform="rotate(${i * 30} ${x} ${y}) scale(1)"/>`;
    return `<circle cx="${x}" cy="${y}" r="6" fill="#f4f1e4"/>`;
  }).join("");
}

function numerals(colour: string): string {
  return Array.from({ length: 12 }, (_, i) => {
    const text = String(i === 0 ? 12 : i);
    const [x, y] = polar(cx, cy, i * 30, 60);
    return digits(text, x - (text.length * 14 - 4) * 0.42, y - 7.5, 0.84, colour);
  }).join("");
}

function moon(sheet: Sheet, { body, detail }: Palette): string {
  const opening = `M${cx - 36} ${cy + 40}A36 30 0 0 1 ${cx + 36} ${cy + 40}C${cx + 30} ${cy + 50} ${cx + 12} ${cy + 50} ${cx + 10} ${cy + 40}A12 12 0 0 0 ${cx - 10} ${cy + 40}C${cx - 12} ${cy + 50} ${cx - 30} ${cy + 50} ${cx - 36} ${cy + 40}Z`;
  const stars = [
    [-22, 30, 1.6],
    [-10, 22, 1.2],
    [-26, 38, 1],
    [24, 36, 1.2],
    [-16, 34, 1],
  ].map(([x, y, r]) => `<circle cx="${cx + (x as number)}" cy="${cy + (y as number)}" r="${r}" fill="#fdf3d0"/>`);
  return (
    `<path d="${opening}" fill="${sheet.ramp("#2a3565", "#4d5f9e", 0, 1)}" stroke="${dark(body, 0.2)}" stroke-width="1.5"/>` +
    sheet.inside(
      `<path d="${opening}"/>`,
      stars.join("") +
        `<circle cx="${cx + 8}" cy="${cy + 28}" r="13" fill="${sheet.ball("#f3d58c")}"/><circle cx="${cx + 4}" cy="${cy + 25}" r="2.5" fill="#c99f4c" fill-opacity=".5"/><circle cx="${cx + 11}" cy="${cy + 31}" r="3.5" fill="#c99f4c" fill-opacity=".4"/>`,
    ) +
    `<circle cx="${cx}" cy="${cy - 66}" r="2" fill="${detail}"/>`
  );
}
