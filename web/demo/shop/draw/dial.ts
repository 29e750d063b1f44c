import { dark, light, type Palette } from "./colour";
import { line, points, polar, shape, type Sheet } from "./sheet";
import type { WatchForm } from "./watch";

const [cx, cy] = [200, 198];
const steel = ["#f4f6f6", "#8e989d"] as const;
const gold = ["#f7e3ac", "#b58a3c"] as const;
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

function hand(angle: number, length: number, width: number, colour: string, kind: "sword" | "broad" | "leaf" | "thin"): string {
  if (kind === "thin") {
    const [x, y] = polar(cx, cy, angle, length);
    return line(`M${cx} ${cy}L${x} ${y}`, colour, width * 0.5);
  }
  const at = kind === "leaf" ? 0.45 : 0.72;
  const tip = polar(cx, cy, angle, length);
  const left = polar(...polar(cx, cy, angle, length * at), angle - 90, width / 2);
  const right = polar(...polar(cx, cy, angle, length * at), angle + 90, width / 2);
  const foot = (side: number): readonly [number, number] =>
    polar(...polar(cx, cy, angle, -8), angle + side * 90, width / (kind === "broad" ? 3 : 5));
  return `<polygon points="${points(foot(-1), left, tip, right, foot(1))}" fill="${colour}" stroke="${colour}" stroke-width="1" stroke-linejoin="round"/>`;
}

function hands({ detail }: Palette, kind: "sword" | "broad" | "leaf" | "thin", second?: string): string {
  const broad = kind === "broad" ? 11 : 8;
  const [x, y] = polar(cx, cy, 215, 62);
  const [bx, by] = polar(cx, cy, 35, 20);
  return [
    `<g opacity=".18" transform="translate(2 4)">${hand(305, 42, broad, "#16202e", kind)}${hand(55, 62, broad, "#16202e", kind)}</g>`,
    hand(305, 42, broad, detail, kind),
    hand(55, 62, broad - 1, detail, kind),
    kind === "leaf" || kind === "thin" ? "" : line(`M${bx} ${by}L${x} ${y}`, second ?? "#d95f4a", 2.2),
    `<circle cx="${cx}" cy="${cy}" r="5.5" fill="${second ?? detail}"/><circle cx="${cx}" cy="${cy}" r="2" fill="#ffffff" fill-opacity=".7"/>`,
  ].join("");
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

/** Strokes of digits in a box of 10 by 18: drawn, so that no font is needed. */
const strokes: Readonly<Record<string, string>> = {
  "0": "M1 4Q1 0 5 0T9 4V14Q9 18 5 18T1 14Z",
  "1": "M2 4L6 0V18",
  "2": "M1 4Q1 0 5 0T9 4C9 9 1 12 1 18H9",
  "3": "M1 2Q3 0 5 0Q9 0 9 4.5T4 9Q9 9 9 13.5T5 18Q2 18 1 15",
  "4": "M7 18V0L1 12H9",
  "5": "M9 0H2L1.5 8Q9 6 9 12.5T4 18Q2 18 1 16",
  "6": "M8 1Q2 3 1 12Q1 18 5 18T9 13T5 9Q2 9 1 12",
  "7": "M1 0H9L4 18",
  "8": "M5 9Q1 8 1 4.5T5 0T9 4.5T5 9T1 13.5T5 18T9 13.5T5 9",
  "9": "M9 6Q8 9 5 9Q1 9 1 5T5 0T9 6Q8 15 2 17",
};

function digits(text: string, x: number, y: number, size: number, colour: string): string {
  return [...text]
    .map(
      (digit, i) =>
        `<path transform="translate(${x + i * 14 * size} ${y}) scale(${size})" d="${strokes[digit] ?? ""}" fill="none" stroke="${colour}" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"/>`,
    )
    .join("");
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

function tank(sheet: Sheet, { body, detail }: Palette): string {
  const roman: readonly (readonly [string, number, number])[] = [
    ["XII", 200, 132],
    ["III", 246, 198],
    ["VI", 200, 264],
    ["IX", 154, 198],
    ["I", 226, 136],
    ["II", 242, 164],
    ["IV", 242, 232],
    ["V", 226, 260],
    ["VII", 174, 260],
    ["VIII", 158, 232],
    ["X", 158, 164],
    ["XI", 174, 136],
  ];
  const letter: Readonly<Record<string, readonly [path: string, width: number]>> = {
    I: ["M2 0V12", 4],
    V: ["M0 0L3.5 12L7 0", 8],
    X: ["M0 0L7 12M7 0L0 12", 8],
  };
  const write = (text: string, x: number, y: number): string => {
    const width = [...text].reduce((sum, one) => sum + (letter[one]?.[1] ?? 0), 0) * 0.9;
    let at = x - width / 2;
    return [...text]
      .map((one) => {
        const [path, wide] = letter[one] ?? ["", 0];
        const drawn = `<path transform="translate(${Math.round(at * 10) / 10} ${y - 5.5}) scale(.9)" d="${path}" fill="none" stroke="#2b3036" stroke-width="1.9"/>`;
        at += wide * 0.9;
        return drawn;
      })
      .join("");
  };
  return [
    `<rect x="256" y="184" width="18" height="28" rx="6" fill="${sheet.ramp(...gold, 0, 1)}"/><circle cx="276" cy="198" r="5.5" fill="${sheet.ball(detail)}"/>`,
    `<rect x="130" y="92" width="140" height="212" rx="20" fill="${sheet.ramp(...gold, 1, 1)}"/>`,
    `<rect x="138" y="102" width="124" height="192" rx="13" fill="${sheet.ramp(gold[1], gold[0], 1, 1)}"/>`,
    `<rect x="144" y="110" width="112" height="176" rx="8" fill="${sheet.ramp(light(body, 0.3), dark(body, 0.08), 0.6, 1)}"/>`,
    `<rect x="174" y="150" width="52" height="96" fill="none" stroke="#2b3036" stroke-opacity=".45" stroke-width="1.5"/>`,
    roman.map(([text, x, y]) => write(text, x, y)).join(""),
    hand(305, 34, 7, detail, "leaf"),
    hand(55, 46, 6, detail, "leaf"),
    `<circle cx="${cx}" cy="${cy}" r="4" fill="${detail}"/>`,
    line("M152 124Q152 118 158 118H196", "#ffffff", 4),
  ].join("");
}

function digital(sheet: Sheet, { body, trim, detail }: Palette): string {
  const screen = sheet.ramp("#d5dcc6", "#b4bfa4", 0.3, 1);
  return [
    [158, 232]
      .map(
        (y) =>
          `<rect x="112" y="${y - 14}" width="14" height="28" rx="4" fill="${dark(trim, 0.4)}"/><rect x="274" y="${y - 14}" width="14" height="28" rx="4" fill="${dark(trim, 0.4)}"/>`,
      )
      .join(""),
    `<rect x="118" y="106" width="164" height="186" rx="34" fill="${sheet.lit(body, 0.25)}"/>`,
    `<rect x="130" y="118" width="140" height="162" rx="24" fill="${sheet.lit(dark(trim, 0.1), 0.18)}"/>`,
    `<rect x="140" y="138" width="120" height="118" rx="12" fill="${dark(detail, 0.2)}"/>`,
    `<rect x="148" y="150" width="104" height="84" rx="6" fill="${screen}"/>`,
    digits("10", 156, 178, 1.6, detail),
    digits("09", 208, 178, 1.6, detail),
    `<circle cx="200.5" cy="188" r="2.6" fill="${detail}"/><circle cx="200.5" cy="200" r="2.6" fill="${detail}"/>`,
    digits("22", 222, 157, 0.72, detail),
    line("M156 160h30M156 166h18", detail, 2.4),
    `<path d="M148 150h60l-40 84h-20z" fill="#ffffff" fill-opacity=".16"/>`,
    line("M176 245h48", light(body, 0.5), 3),
    line("M132 150C132 128 142 120 160 120", light(body, 0.6), 4),
  ].join("");
}
