/**
 * How far a film or recording was played: by quarters, of what the site has marked.
 *
 * @module
 */

import type { PageEvent } from "./protocol";
import { ABOUT, split, TOPICS } from "./topics";

/** What an element must have to be watched. */
const MARKED = `${ABOUT},[data-dunlin-track=media]`;

/** Below the whole by so much is the whole: credits and rounding. */
const SLACK = 0.05;

/**
 * Makes a listener for play, timeupdate and ended.
 *
 * @param topics Of the page, for an element that names none.
 */
export function progress(tell: (event: PageEvent) => void, topics: () => readonly string[]): (event: Event) => void {
  const told = new WeakMap<HTMLMediaElement, { src: string; quarter: number }>();
  return ({ target }) => {
    const media = target as HTMLMediaElement;
    if (!media.matches?.(`:is(audio,video):is(${MARKED})`)) return;
    const { played, duration, currentSrc: src } = media;
    let seconds = 0;
    // What was skipped was not played.
    for (let i = 0; i < played.length; i++) seconds += played.end(i) - played.start(i);
    const quarter = Math.min(4, Math.floor(4 * (seconds / duration + SLACK)) || 0);
    let last = told.get(media);
    if (last?.src !== src) told.set(media, (last = { src, quarter: -1 }));
    const of = media.closest(ABOUT)?.getAttribute(TOPICS);
    while (last.quarter < quarter) tell({ kind: "media", quarter: ++last.quarter, topics: of == null ? topics() : split(of) });
  };
}
