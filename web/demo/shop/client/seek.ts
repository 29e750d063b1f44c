import type { Listed } from "../goods/listed";
import { put, type Language } from "../language";
import { fill } from "./element";
import { tile } from "./tile";
import { say } from "./words";

/** Splits a query into the words that a product must have. Chinese has no spaces: its runs are taken whole. */
export function terms(query: string): readonly string[] {
  return query
    .normalize("NFKC")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((term) => term.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? [])
    .map((term) => (/^[a-z]{3,}s$/.test(term) ? term.slice(0, -1) : term)) // boots finds boot
    .filter((term) => term.length > 0);
}

/** Whether a term is in a text: Latin letters from the start of a word on, Chinese anywhere. */
function has(text: string, term: string): boolean {
  return /\p{Script=Han}/u.test(term) ? text.includes(term) : text.includes(` ${term}`);
}

/** Texts in the form that terms are looked for in. */
function searched(...texts: readonly string[]): string {
  return ` ${texts
    .join(" ")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")}`;
}

/** How well a product fits the terms: 0 not at all, more is better. Each term must be somewhere in it. */
export function fit(product: Listed, query: readonly string[]): number {
  if (query.length === 0) return 0;
  const name = searched(product.name.en, product.name.zh);
  const rest = searched(product.topic, product.short.en, product.short.zh, product.words);
  let score = 0;
  for (const term of query) {
    if (has(name, term)) score += 3;
    else if (has(rest, term)) score += 1;
    else return 0;
  }
  return score;
}

/** Finds products, the best fit first; what fits alike keeps the shop's order. */
export function find(products: readonly Listed[], query: string): readonly Listed[] {
  const wanted = terms(query);
  return products
    .map((product) => ({ product, score: fit(product, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ product }) => product);
}

/** Runs the search page: results follow the typing, the address bar follows too. */
export function seekPage(page: Document, l: Language, list: () => Promise<readonly Listed[]>): void {
  const form = page.querySelector<HTMLFormElement>("[data-seek]");
  const results = page.querySelector("[data-results]");
  const status = page.querySelector("[data-seek-status]");
  const input = form?.querySelector("input");
  if (!form || !results || !status || !input) return;
  const here = new URL(page.location.href);
  input.value = here.searchParams.get("q") ?? "";
  const show = async (): Promise<void> => {
    const query = input.value.trim();
    try {
      const found = find(await list(), query);
      if (query !== input.value.trim()) return; // typed on meanwhile
      fill(results, ...found.map((product) => tile(product, l)));
      const words = found.length > 0 ? say("found", l) : say("foundNone", l);
      status.textContent = query === "" ? say("hint", l) : put(words, { n: found.length, query });
    } catch {
      status.textContent = say("listFailed", l);
    }
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", () => {
    here.searchParams.set("q", input.value.trim());
    page.defaultView?.history.replaceState(null, "", here);
    void show();
  });
  void show();
}
