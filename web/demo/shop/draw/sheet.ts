import { dark, light } from "./colour";

/** Writes a number the short way. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Points of a polygon or polyline, "x,y x,y". */
export function points(...xy: readonly (readonly [number, number])[]): string {
  return xy.map(([x, y]) => `${short(x)},${short(y)}`).join(" ");
}

/** The point at an angle (degrees, 0 at twelve o'clock, clockwise) and a distance from a centre. */
export function polar(cx: number, cy: number, angle: number, distance: number): readonly [number, number] {
  const turn = ((angle - 90) * Math.PI) / 180;
  return [Math.round((cx + Math.cos(turn) * distance) * 10) / 10, Math.round((cy + Math.sin(turn) * distance) * 10) / 10];
}

/**
 * A picture that is being drawn. It holds what drawings define for themselves
 * (gradients, clips), so that several can share one picture.
 *
 * Pictures carry no style, neither element nor attribute: they pass the strictest
 * content security policy.
 */
export class Sheet {
  private readonly defs: string[] = [];

  private define(make: (id: string) => string): string {
    const id = `d${this.defs.length}`;
    this.defs.push(make(id));
    return `url(#${id})`;
  }

  /** A linear gradient from one colour to another; the direction is in parts of the shape's box. */
  ramp(from: string, to: string, x = 0.3, y = 1): string {
    return this.define(
      (id) =>
        `<linearGradient id="${id}" x2="${x}" y2="${y}"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`,
    );
  }

  /** A material lit from above left. */
  lit(colour: string, amount = 0.22): string {
    return this.ramp(light(colour, amount), dark(colour, amount * 0.8), 0.35, 1);
  }

  /** A ball lit from above left. */
  ball(colour: string): string {
    return this.define(
      (id) =>
        `<radialGradient id="${id}" cx=".36" cy=".3" r=".78"><stop stop-color="${light(colour, 0.42)}"/><stop offset=".5" stop-color="${colour}"/><stop offset="1" stop-color="${dark(colour, 0.4)}"/></radialGradient>`,
    );
  }

  /** Keeps what is drawn inside a shape. */
  inside(shape: string, drawn: string): string {
    return `<g clip-path="${this.define((id) => `<clipPath id="${id}">${shape}</clipPath>`)}">${drawn}</g>`;
  }

  /** The soft shadow under a thing that stands at a height. */
  shadow(cx: number, cy: number, rx: number, ry = 12): string {
    const fill = this.define(
      (id) =>
        `<radialGradient id="${id}"><stop stop-color="#16202e" stop-opacity=".38"/><stop offset=".6" stop-color="#16202e" stop-opacity=".16"/><stop offset="1" stop-color="#16202e" stop-opacity="0"/></radialGradient>`,
    );
    return `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="${fill}"/>`;
  }

  /** A drawing at another place and size. */
  place(drawn: string, x: number, y: number, size = 1, turn = 0): string {
    return `<g transform="translate(${x} ${y}) scale(${size})${turn === 0 ? "" : ` rotate(${turn} 200 200)`}">${drawn}</g>`;
  }

  /** The whole picture. */
  picture(width: number, height: number, drawn: string): string {
    const defs = this.defs.length > 0 ? `<defs>${this.defs.join("")}</defs>` : "";
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${defs}${drawn.replaceAll(/\s*\n\s*/g, "")}</svg>\n`;
  }
}

/** Stitches along a path. */
export function stitches(path: string, colour: string, width = 2): string {
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-dasharray="6 4" stroke-linecap="round"/>`;
}

/** A line with round ends. */
export function line(path: string, colour: string, width: number): string {
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** A filled path. */
export function shape(path: string, fill: string): string {
  return `<path d="${path}" fill="${fill}"/>`;
}
