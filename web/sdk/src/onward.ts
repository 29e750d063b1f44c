/**
 * Whether a page that goes away leads to another page of the site. Such a page does not
 * end the visit: what it would have sent the next one sends, and more.
 *
 * @module
 */

import type { Page } from "./host";

/** For so long a page that was told to go on may take to go, ms. */
const SOON = 5_000;

/**
 * Begins to watch.
 *
 * @returns whether the page is being left for another one of the site.
 */
export function watchOnward({ navigation, document: doc, location, performance }: Page): () => boolean {
  let at = -SOON;
  const go = (origin: string): void => {
    if (origin === location.origin) at = performance.now();
  };
  // A link by which the site says that the visit ends: signing out, paying elsewhere.
  let leaves = false;
  doc.addEventListener("click", (event) => {
    // A script may click the document itself, which is no element.
    const link = (event.target as Partial<Element>).closest?.<HTMLAnchorElement>("a[href]");
    leaves = !!link && "dunlinLeave" in link.dataset;
    // Where the browser does not tell of navigation, a link is the way on, unless it opens
    // beside this page, is saved, or may lead to a part of it.
    const apart = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.defaultPrevented;
    if (!navigation && link && !apart && !link.target && !link.hasAttribute("download") && !link.href.includes("#")) go(link.origin);
  });
  navigation?.addEventListener("navigate", ({ destination, downloadRequest }) => {
    if (!destination.sameDocument && downloadRequest === null) go(new URL(destination.url).origin);
  });
  return () => !leaves && performance.now() - at < SOON;
}
