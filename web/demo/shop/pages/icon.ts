import { Markup } from "../markup";

const drawn = {
  petrel:
    '<path d="M2.5 9.2c4.2-1.9 8-1.2 10.6 1.7 2.2-4.2 6.6-6.6 12.4-6.4-3.6 1.3-5.9 3.3-7 6 1 .1 2 .5 2.9 1.3l3.1 1-3.3 1c-1.4 2.9-4.2 4.8-8.4 5.7l-3.3 3.5-.3-3.4c-1.3-.6-2-1.6-2-3 0-1 .4-2 1.1-2.9-1.7-2.3-3.5-3.7-5.8-4.5z"/>',
  lens: '<g fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><circle cx="12" cy="12" r="7"/><path d="m17.5 17.5 6 6"/></g>',
  basket:
    '<g fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M5 11h18l-1.6 11a2 2 0 0 1-2 1.7H8.6a2 2 0 0 1-2-1.7z"/><path d="M9.5 11V8.5a4.5 4.5 0 0 1 9 0V11"/></g>',
  bike: '<g fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><circle cx="6.5" cy="18.5" r="4.5"/><circle cx="21.5" cy="18.5" r="4.5"/><path d="m6.5 18.5 4-8h7l4 8M10 12l4.5 6.5L18 11M9 8.5h3M17.5 10.5 16.5 7h3"/></g>',
  back: '<g fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M9 5 4.5 9.5 9 14"/><path d="M5 9.5h11.5a6.5 6.5 0 0 1 0 13H8"/></g>',
  needle:
    '<g fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M23 5 9.5 18.5"/><ellipse cx="21.8" cy="6.2" rx="1.4" ry="2.6" transform="rotate(45 21.8 6.2)"/><path d="M20.5 8c3 5-1 8-5 7.5S8.5 18 12 20.5 10 26 5 22"/></g>',
  shield:
    '<g fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M14 3.5 23 7v7c0 5-3.7 8.8-9 10.5C8.7 22.8 5 19 5 14V7z"/><path d="m10 14 3 3 5.5-6"/></g>',
  arrow:
    '<path fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="M5 14h17m-7-7 7 7-7 7"/>',
} as const;

export type Icon = keyof typeof drawn;

/** A small drawing in the colour of the text around it, for the eye alone. */
export function icon(name: Icon): Markup {
  return new Markup(
    `<svg class="icon icon-${name}" viewBox="0 0 28 28" aria-hidden="true" focusable="false" fill="currentColor">${drawn[name]}</svg>`,
  );
}
