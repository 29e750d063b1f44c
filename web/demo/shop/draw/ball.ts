import { dark, type Palette } from "./colour";
import { line, polar, points, type Sheet } from "./sheet";

const [cx, cy, radius] = [200, 196, 128];
const round = `<circle cx="${cx}" cy="${cy}" r="${radius}"/>`;

/** The light on a ball and the dark at its edge, over whatever is drawn on it. */
function rounding(sheet: Sheet): string {
  return sheet.inside(
    round,
    `<path d="M${cx - 30} ${cy - radius - 10}C${cx + 110} ${cy - 60} ${cx + 90} ${cy + 90} ${cx - 90} ${cy + radius - 10}A${radius} ${radius} 0 0 0 ${cx + radius + 10} ${cy + 40}L${cx + radius + 10} ${cy - radius - 10}Z" fill="#16202e" fill-opacity=".13"/><ellipse cx="${cx - 48}" cy="${cy - 66}" rx="44" ry="26" fill="#ffffff" fill-opacity=".26" transform="rotate(-36 ${cx - 48} ${cy - 66})"/>`,
  );
}

/** A basketball. Body is its leather, trim its seams. */
export function basketball(sheet: Sheet, { body, trim, detail }: Palette): string {
  const seam = (path: string): string => line(path, dark(trim, 0.05), 5.5);
  const pebbles = Array.from({ length: 150 }, (_, i) => {
    const distance = Math.sqrt((i + 0.5) / 150) * (radius - 6);
    const [x, y] = polar(cx, cy, i * 137.508, distance);
    return `<circle cx="${x}" cy="${y}" r="1.5" fill="${dark(body, 0.35)}" fill-opacity=".35"/>`;
  });
  return [
    sheet.shadow(206, 328, 104, 14),
    `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${sheet.ball(body)}"/>`,
    sheet.inside(
      round,
      [
        pebbles.join(""),
        `<g transform="rotate(-18 ${cx} ${cy})">${seam(`M${cx} ${cy - 140}C${cx + 12} ${cy - 60} ${cx + 12} ${cy + 60} ${cx} ${cy + 140}`)}${seam(`M${cx - 140} ${cy}C${cx - 60} ${cy + 14} ${cx + 60} ${cy + 14} ${cx + 140} ${cy}`)}${seam(`M${cx - 92} ${cy - 112}C${cx - 28} ${cy - 50} ${cx - 28} ${cy + 54} ${cx - 84} ${cy + 116}`)}${seam(`M${cx + 92} ${cy - 112}C${cx + 40} ${cy - 50} ${cx + 40} ${cy + 54} ${cx + 92} ${cy + 112}`)}</g>`,
        `<path d="M${cx - 140} ${cy + 62}C${cx - 60} ${cy + 120} ${cx + 60} ${cy + 120} ${cx + 140} ${cy + 62}L${cx + 140} ${cy + 140}L${cx - 140} ${cy + 140}Z" fill="${detail}" fill-opacity=".1"/>`,
      ].join(""),
    ),
    rounding(sheet),
  ].join("");
}

/** A football of thirty-two panels. Body is its white, trim its black. */
export function football(sheet: Sheet, { body, trim, detail }: Palette): string {
  const seam = (path: string): string => line(path, detail, 4);
  const turn = 14;
  const pentagon = (x: number, y: number, size: number, angle: number, squeeze = 1): string => {
    const corners = [0, 72, 144, 216, 288].map((corner) => polar(0, 0, corner + angle, size));
    return `<polygon transform="translate(${x} ${y}) scale(${squeeze} 1)" points="${points(...corners)}" fill="${trim}" stroke="${trim}" stroke-width="5" stroke-linejoin="round"/>`;
  };
  const seams: string[] = [];
  const outer: string[] = [];
  for (let i = 0; i < 5; i++) {
    const angle = turn + i * 72;
    const [ax, ay] = polar(cx, cy, angle, 44);
    const [bx, by] = polar(cx, cy, angle, 84);
    seams.push(seam(`M${ax} ${ay}L${bx} ${by}`));
    for (const side of [-1, 1]) {
      const [px, py] = polar(cx, cy, angle + side * 21, 106);
      seams.push(seam(`M${bx} ${by}L${px} ${py}`));
      const [ex, ey] = polar(cx, cy, angle + side * 14, 140);
      seams.push(seam(`M${px} ${py}L${ex} ${ey}`));
    }
    const [ox, oy] = polar(cx, cy, angle + 36, 122);
    const [p1, p2, p3, p4] = [
      polar(cx, cy, angle + 21, 106),
      polar(cx, cy, angle + 51, 106),
      polar(cx, cy, angle + 58, 140),
      polar(cx, cy, angle + 14, 140),
    ];
    outer.push(
      `<polygon points="${points(p1, polar(cx, cy, angle + 36, 96), p2, p3, [ox, oy], p4)}" fill="${trim}" stroke="${trim}" stroke-width="4" stroke-linejoin="round"/>`,
    );
  }
  return [
    sheet.shadow(206, 328, 104, 14),
    `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${sheet.ball(body)}"/>`,
    sheet.inside(round, seams.join("") + outer.join("") + pentagon(cx, cy, 42, turn)),
    rounding(sheet),
  ].join("");
}
