import { blend, dark, light, type Palette } from "./colour";
import { line, shape, type Sheet } from "./sheet";

/** Six rings on a peg, a lighthouse's lamp on top. Their colours run from body over trim to detail. */
export function rings(sheet: Sheet, { body, trim, detail }: Palette): string {
  const wood = "#e4bd88";
  const colours = [detail, blend(detail, trim, 0.5), trim, blend(trim, body, 0.5), body, "#fbf3e2"];
  const stack = colours.map((one, i) => {
    const y = 296 - i * 34;
    const half = 104 - i * 12;
    return [
      `<rect x="${200 - half}" y="${y - 17}" width="${half * 2}" height="34" rx="17" fill="${sheet.ramp(light(one, 0.3), dark(one, 0.28), 0.25, 1)}"/>`,
      line(`M${200 - half + 18} ${y - 8}H${200 + half * 0.15}`, light(one, 0.62), 4.5),
    ].join("");
  });
  return [
    sheet.shadow(204, 350, 132, 13),
    `<rect x="84" y="312" width="232" height="34" rx="15" fill="${sheet.ramp(light(wood, 0.3), dark(wood, 0.2), 0.2, 1)}"/>`,
    `<rect x="190" y="80" width="20" height="240" fill="${dark(wood, 0.12)}"/>`,
    stack.join(""),
    // gallery, lamp, roof
    `<rect x="166" y="94" width="68" height="14" rx="6" fill="${sheet.lit(dark(detail, 0.35), 0.2)}"/>`,
    `<rect x="178" y="58" width="44" height="38" rx="5" fill="${sheet.ramp("#fff3c4", "#f2c04e", 0.2, 1)}"/>`,
    line("M192 60V94M208 60V94", dark(detail, 0.3), 2.5),
    shape("M168 60C170 38 184 24 200 18C216 24 230 38 232 60Z", sheet.lit(body, 0.25)),
    `<circle cx="200" cy="17" r="7" fill="${sheet.ball(trim)}"/>`,
    line("M156 74L132 66M244 74L268 66M156 84L128 88M244 84L272 88", "#f0c65a", 5),
  ].join("");
}
