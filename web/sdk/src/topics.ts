/**
 * What a page says that it is about.
 *
 * @module
 */

/** The attribute, and any element that has it. */
export const TOPICS = "data-dunlin-topics";
export const ABOUT = `[${TOPICS}]`;

/** Splits a list of topics: commas between them, in lower case. */
export function split(list: string | null | undefined): string[] {
  return (list ?? "")
    .toLowerCase()
    .split(",")
    .map((topic) => topic.trim())
    .filter(Boolean);
}

/**
 * Topics that the page declares in `data-dunlin-topics` of html, body, main or article,
 * and in `<meta name="dunlin:topics">`. What has not been parsed yet is missing.
 */
export function declared(doc: Document): string[] {
  const found = doc.querySelectorAll(`:is(html,body,main,article)${ABOUT},meta[name='dunlin:topics']`);
  return [...found].flatMap((e) => split(e.getAttribute(TOPICS) ?? e.getAttribute("content")));
}

/** Most candidates that are told of one page. */
const MOST = 64;

/** Longest JSON-LD that is looked at, in characters. */
const LONGEST = 100_000;

type Json = Readonly<Record<string, unknown>>;

/** Texts in a value of JSON-LD: a text, a thing with a name, or a list of such. */
function names(value: unknown): string[] {
  if (typeof value === "string") return split(value.replace(/[>/]/g, ","));
  if (Array.isArray(value)) return value.flatMap(names);
  return value && typeof value === "object" ? names((value as Json)["name"]) : [];
}

/** Topics of one thing of JSON-LD, and of what it is the frame of. */
function about(thing: unknown): string[] {
  if (Array.isArray(thing)) return thing.flatMap(about);
  if (!thing || typeof thing !== "object") return [];
  const t = thing as Json;
  const trail = Array.isArray(t["itemListElement"]) && t["@type"] === "BreadcrumbList" ? t["itemListElement"] : [];
  return [
    ...["category", "keywords", "about"].flatMap((key) => names(t[key])),
    ...trail.flatMap((step: Json) => names(step["name"] ?? step["item"])),
    ...about(t["@graph"]),
    ...about(t["mainEntity"]),
  ];
}

/**
 * All candidates of a parsed page, without repetition: what it declares, and the
 * category, keywords, subject and breadcrumbs of its JSON-LD. The Worker keeps those
 * that the plan has.
 */
export function candidates(doc: Document): string[] {
  const found = declared(doc);
  for (const script of doc.querySelectorAll("script[type='application/ld+json']")) {
    const text = script.textContent ?? "";
    if (text.length > LONGEST) continue;
    try {
      found.push(...about(JSON.parse(text)));
    } catch {
      // The site's mistake, and not ours to report.
    }
  }
  return [...new Set(found)].slice(0, MOST);
}
