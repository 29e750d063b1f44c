/** The shop's bird, in a box of 28 by 28. Its other home is pages/icon.ts. */
export const birdPath =
  "M2.5 9.2c4.2-1.9 8-1.2 10.6 1.7 2.2-4.2 6.6-6.6 12.4-6.4-3.6 1.3-5.9 3.3-7 6 1 .1 2 .5 2.9 1.3l3.1 1-3.3 1c-1.4 2.9-4.2 4.8-8.4 5.7l-3.3 3.5-.3-3.4c-1.3-.6-2-1.6-2-3 0-1 .4-2 1.1-2.9-1.7-2.3-3.5-3.7-5.8-4.5z";

/** Stamps the bird on something, centred. */
export function bird(cx: number, cy: number, width: number, fill: string): string {
  const size = width / 23;
  return `<path transform="translate(${cx - 14 * size} ${cy - 13.5 * size}) scale(${Math.round(size * 100) / 100})" fill="${fill}" d="${birdPath}"/>`;
}
