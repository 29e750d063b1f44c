/**
 * What marked elements say beside the event's name, the words of a search, and elements
 * that have a file of their own.
 *
 * @module
 */

import type { Chunk as Judge } from "./sentiment";
import { split } from "./topics";

/** Names of the files, set by the build. */
declare const __LIST__: string;
declare const __SURVEY__: string;
declare const __SENTIMENT__: string;

const NUMBERS = ["value", "items", "discount", "quarter", "difficulty", "age"];
const TEXTS = ["payment", "tier", "item", "skill", "network", "list", "survey", "message", "channel"];

/** Longest text that is judged, in characters. */
const LONGEST = 10_000;

/** What an element's `data-dunlin-*` says of its event. */
export function detailsOf({ dataset }: HTMLElement): Record<string, unknown> {
  const at = (name: string) => dataset[`dunlin${name[0]!.toUpperCase()}${name.slice(1)}`];
  const right = at("right");
  return {
    // An empty value is no number, and the Worker says so.
    ...Object.fromEntries(NUMBERS.flatMap((name) => (at(name) ? [[name, Number(at(name))]] : []))),
    ...Object.fromEntries(TEXTS.flatMap((name) => (at(name) ? [[name, at(name)]] : []))),
    ...(right && { right: right === "true" }),
  };
}

/**
 * Topics of a search by words that the page declares:
 * `<meta name="dunlin:words" content="shoes: sneakers, trainers; bags: purse">`.
 */
export function wordsOf(doc: Document, words: string): string[] {
  const text = ` ${words.slice(0, LONGEST).toLowerCase()} `;
  const declared = doc.querySelector("meta[name='dunlin:words']")?.getAttribute("content") ?? "";
  return declared.split(";").flatMap((row) => {
    const [topic = "", list] = row.split(":");
    const named = split(list).some((word) => text.includes(/[\u3040-\u9fff]/.test(word) ? word : ` ${word} `));
    return named ? split(topic) : [];
  });
}

/** Judges the text of a comment's form, if the files are there. */
export async function judged(form: Element, base: string): Promise<string | undefined> {
  const text = form.querySelector<HTMLTextAreaElement>("textarea,input[type=text],input:not([type])")?.value.slice(0, LONGEST);
  if (!text || typeof __SENTIMENT__ === "undefined") return undefined;
  try {
    const { judge } = (await import(/* @vite-ignore */ base + __SENTIMENT__)) as Judge;
    return await judge(text);
  } catch {
    return undefined;
  }
}

/** Loads what the page's elements need that are not defined yet. */
export function elements(doc: Document, base: string): void {
  if (typeof __LIST__ === "undefined") return;
  for (const [name, file] of [
    ["dunlin-list", __LIST__],
    ["dunlin-survey", __SURVEY__],
  ] as const) {
    // Without the file what stands in the element goes on standing there.
    if (doc.querySelector(`${name}:not(:defined)`)) import(/* @vite-ignore */ base + file).catch(() => undefined);
  }
}
