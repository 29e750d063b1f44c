import { dark, light } from "./colour";
import { line, shape, type Sheet } from "./sheet";

/** Width and height of a hero's scene. Words stand on its left third, things on its right half. */
export const [wide, high] = [1600, 640];

/** The hour of a scene: its colours, from the sky down. */
export interface Hour {
  readonly sky: readonly [top: string, bottom: string];
  /** Sun or moon. */
  readonly disc: string;
  readonly far: string;
  readonly near: string;
  readonly ground: readonly [top: string, bottom: string];
  readonly stars: boolean;
}

/** Sky, with stars if it is night. They are where they are, not drawn by lot: a picture is the same in each build. */
export function sky(sheet: Sheet, hour: Hour): string {
  const drawn = `<rect width="${wide}" height="${high}" fill="${sheet.ramp(hour.sky[0], hour.sky[1], 0, 1)}"/>`;
  if (!hour.stars) return drawn;
  const stars = Array.from(
    { length: 70 },
    (_, i) =>
      `<circle cx="${Math.round(((i * 0.7549) % 1) * wide)}" cy="${Math.round(((i * 0.5698) % 1) * 330)}" r="${0.8 + (i % 4) * 0.45}" fill="#fff6dc" fill-opacity="${0.35 + (i % 5) * 0.13}"/>`,
  );
  return drawn + stars.join("");
}

/** The sun or the moon, with its glow. */
export function disc(sheet: Sheet, hour: Hour, x: number, y: number, radius: number): string {
  const halo = [2.1, 1.6, 1.25]
    .map((share) => `<circle cx="${x}" cy="${y}" r="${radius * share}" fill="${hour.disc}" fill-opacity=".1"/>`)
    .join("");
  return `${halo}<circle cx="${x}" cy="${y}" r="${radius}" fill="${sheet.ramp(light(hour.disc, 0.4), hour.disc, 0.3, 1)}"/>`;
}

/** A long hill or dune: from the left edge at one height, over a top, to the right edge. */
export function hill(colour: string, left: number, at: number, top: number, right: number): string {
  return shape(
    `M0 ${left}C${at * 0.4} ${left} ${at * 0.6} ${top} ${at} ${top}S${at + (wide - at) * 0.6} ${right} ${wide} ${right}L${wide} ${high}L0 ${high}Z`,
    colour,
  );
}

/** Calm water between two heights, with light on it under the disc. */
export function water(sheet: Sheet, colour: string, top: number, bottom: number, lightAt: number, glint: string): string {
  const waves = Array.from({ length: 22 }, (_, i) => {
    const y = Math.round(top + 8 + ((i * 0.7549) % 1) * Math.max(1, bottom - top - 16));
    const spread = 30 + (y - top) * 1.6;
    const x = lightAt + (((i * 0.5698) % 1) * 2 - 1) * spread;
    return line(`M${Math.round(x - 16 - (i % 3) * 10)} ${y}h${26 + (i % 4) * 12}`, glint, 2.5).replace(
      "stroke=",
      'stroke-opacity=".55" stroke=',
    );
  });
  return `<rect y="${top}" width="${wide}" height="${bottom - top}" fill="${sheet.ramp(light(colour, 0.2), dark(colour, 0.12), 0, 1)}"/>${waves.join("")}`;
}

/** The ground that things stand on, from a height down. */
export function ground(sheet: Sheet, hour: Hour, top: number): string {
  return shape(
    `M0 ${top + 26}C300 ${top - 6} 620 ${top + 34} 940 ${top + 8}S1420 ${top - 10} ${wide} ${top + 14}L${wide} ${high}L0 ${high}Z`,
    sheet.ramp(hour.ground[0], hour.ground[1], 0, 1),
  );
}

/** A round plinth to stand things on: its top's centre, half width, height. */
export function plinth(sheet: Sheet, x: number, y: number, half: number, height: number, colour: string): string {
  const ry = half * 0.2;
  return [
    sheet.shadow(x + half * 0.2, y + height + ry * 0.5, half * 1.5, ry * 1.5),
    shape(
      `M${x - half} ${y}V${y + height}A${half} ${ry} 0 0 0 ${x + half} ${y + height}V${y}Z`,
      sheet.ramp(light(colour, 0.12), dark(colour, 0.22), 1, 0.2),
    ),
    `<ellipse cx="${x}" cy="${y}" rx="${half}" ry="${ry}" fill="${sheet.ramp(light(colour, 0.5), light(colour, 0.22), 1, 0.4)}"/>`,
  ].join("");
}

/** A gate of plaster: its foot's centre, half width, height. */
export function arch(sheet: Sheet, x: number, foot: number, half: number, height: number, colour: string, inner: string): string {
  const opening = half * 0.72;
  return [
    shape(
      `M${x - half} ${foot}V${foot - height + half}A${half} ${half} 0 0 1 ${x + half} ${foot - height + half}V${foot}Z`,
      sheet.ramp(light(colour, 0.2), dark(colour, 0.1), 1, 0.6),
    ),
    shape(
      `M${x - opening} ${foot}V${foot - height + half}A${opening} ${opening} 0 0 1 ${x + opening} ${foot - height + half}V${foot}Z`,
      inner,
    ),
    shape(
      `M${x - opening} ${foot}V${foot - height + half}A${opening} ${opening} 0 0 1 ${x} ${foot - height + half - opening}A${opening - 16} ${opening - 6} 0 0 0 ${x - opening + 20} ${foot - height + half + 6}V${foot}Z`,
      dark(colour, 0.3),
    ),
  ].join("");
}

/** A cloud of three puffs. */
export function cloud(x: number, y: number, size: number, opacity = 0.8): string {
  return `<g transform="translate(${x} ${y}) scale(${size})" fill="#ffffff" fill-opacity="${opacity}"><path d="M-70 20a26 26 0 0 1 10-50a40 40 0 0 1 76-8a30 30 0 0 1 50 26a18 18 0 0 1-4 32z"/></g>`;
}

/** Marram grass: a tuft at a foot. */
export function grass(x: number, y: number, size: number, colour: string): string {
  const blades = [-34, -22, -12, -3, 6, 16, 28, 40].map(
    (lean, i) =>
      `M${x + i * 3 * size - 10 * size} ${y}Q${x + lean * 0.3 * size} ${y - 50 * size} ${x + lean * 1.5 * size} ${y - (78 - Math.abs(lean) * 0.6) * size}`,
  );
  return line(blades.join(""), colour, 3.4 * size);
}

/** A plant with broad leaves. */
export function plant(sheet: Sheet, x: number, y: number, size: number, colour: string): string {
  const leaf = (turn: number, length: number, tone: string): string =>
    `<path transform="translate(${x} ${y}) rotate(${turn}) scale(${size})" d="M0 0C-26-${length * 0.35}-22-${length * 0.75} 0-${length}C22-${length * 0.75} 26-${length * 0.35} 0 0Z" fill="${sheet.lit(tone, 0.2)}"/>`;
  return [
    leaf(-62, 120, dark(colour, 0.2)),
    leaf(58, 126, dark(colour, 0.26)),
    leaf(-34, 160, colour),
    leaf(34, 166, dark(colour, 0.1)),
    leaf(0, 190, light(colour, 0.12)),
  ].join("");
}
