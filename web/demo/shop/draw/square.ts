import { dark, light, type Palette } from "./colour";
import { digits } from "./digits";
import { cx, cy, hand } from "./hand";
import { line, type Sheet } from "./sheet";

const gold = ["#f7e3ac", "#b58a3c"] as const;

/** A narrow gold case with Roman numerals. */
export function tank(sheet: Sheet, { body, detail }: Palette): string {
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

/** A square case with a display. */
export function digital(sheet: Sheet, { body, trim, detail }: Palette): string {
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
