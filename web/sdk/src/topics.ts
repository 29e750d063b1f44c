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

/** A value of JSON-LD. */
interface Thing {
  readonly [key: string]: Thing | undefined;
}

/** Texts in a value: a text, a thing with a name, or a list of such. */
function names(value: Thing | undefined): string[] {
  if (typeof value === "string") return split((value as string).replace(/[>/]/g, ","));
  return Array.isArray(value) ? value.flatMap(names) : value ? names(value["name"] ?? value["item"]) : [];
}

/** Topics of a thing, and of what it is the frame of. */
function about(thing: Thing | undefined): string[] {
  if (Array.isArray(thing)) return thing.flatMap(about);
  if (!thing) return [];
  const trail = String(thing["@type"]) === "BreadcrumbList" ? thing["itemListElement"] : undefined;
  return [
    ...[thing["category"], thing["keywords"], thing["about"], trail].flatMap(names),
    ...about(thing["@graph"]),
    ...about(thing["mainEntity"]),
  ];
}

/**
 * All candidates of a parsed page, without repetition: what it has declared, and the
 * category, keywords, subject and breadcrumbs of its JSON-LD. The Worker keeps those
 * that the plan has.
 */
export function candidates(doc: Document, declared: readonly string[]): string[] {
  const found = [...declared];
  for (const script of doc.querySelectorAll("script[type='application/ld+json']")) {
    const text = script.textContent ?? "";
    if (text.length > LONGEST) continue;
    try {
      found.push(...about(JSON.parse(text) as Thing));
    } catch {
      // The site's mistake, and not ours to report.
    }
  }
  return [...new Set(found)].slice(0, MOST);
}
