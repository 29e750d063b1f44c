import type { Language } from "../language";
import { say } from "./words";

/** What the filter of a shelf is set to. */
export interface Wish {
  /** In cents; 0 as high: no end. */
  readonly low: number;
  readonly high: number;
  readonly newOnly: boolean;
  readonly order: "shop" | "cheap" | "dear" | "name";
}

/** What the filter goes by. */
export interface Marked {
  readonly price: number;
  readonly name: string;
  readonly isNew: boolean;
}

/** What fits a wish, in its order. */
export function sieve<T extends Marked>(all: readonly T[], wish: Wish, l: Language): readonly T[] {
  const fits = all.filter(({ price, isNew }) => price >= wish.low && (wish.high === 0 || price < wish.high) && (isNew || !wish.newOnly));
  switch (wish.order) {
    case "shop":
      return fits;
    case "cheap":
      return fits.sort((a, b) => a.price - b.price);
    case "dear":
      return fits.sort((a, b) => b.price - a.price);
    case "name":
      return fits.sort((a, b) => a.name.localeCompare(b.name, l === "zh" ? "zh-CN" : "en"));
  }
}

function wishOf(form: HTMLFormElement): Wish {
  const said = new FormData(form);
  const [low, high] = String(said.get("price") ?? "").split("-");
  const order = said.get("sort");
  return {
    low: Number(low) || 0,
    high: Number(high) || 0,
    newOnly: said.has("new"),
    order: order === "cheap" || order === "dear" || order === "name" ? order : "shop",
  };
}

/** Runs the filter of a shelf's page. */
export function shelfPage(page: Document, l: Language): void {
  const form = page.querySelector<HTMLFormElement>("[data-sieve]");
  const list = page.querySelector(".cards");
  const count = page.querySelector("[data-sieve-count]");
  const empty = page.querySelector<HTMLElement>("[data-sieve-empty]");
  if (!form || !list || !count || !empty) return;
  const all = [...list.querySelectorAll<HTMLElement>(".card")].map((card) => ({
    card,
    price: Number(card.dataset["price"]),
    name: card.dataset["name"] ?? "",
    isNew: card.dataset["new"] !== undefined,
  }));
  const show = (): void => {
    const fits = sieve(all, wishOf(form), l);
    list.replaceChildren(...fits.map(({ card }) => card));
    count.textContent = fits.length === 1 ? say("thing", l) : say("things", l, { n: fits.length });
    empty.hidden = fits.length > 0;
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
}
