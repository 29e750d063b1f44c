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

/** Writes digits, each 10 by 18 units large times the size, from the top left. */
export function digits(text: string, x: number, y: number, size: number, colour: string): string {
  return [...text]
    .map(
      (digit, i) =>
        `<path transform="translate(${x + i * 14 * size} ${y}) scale(${size})" d="${strokes[digit] ?? ""}" fill="none" stroke="${colour}" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"/>`,
    )
    .join("");
}
