import type { Listed } from "../goods/listed";
import { address, type Language } from "../language";
import { money, type Total } from "../money";
import { rows, totalOf, type Cart, type Row } from "./cart";
import { element, fill } from "./element";
import { pictureOf } from "./tile";
import { say } from "./words";

function lineOf({ item, product }: Row, l: Language, change?: (count: number) => void): HTMLElement {
  const colour = product.colours.find(({ id }) => id === item.colour) ?? product.colours[0];
  const name = product.name[l];
  const kind = [colour?.name[l], item.size !== "" && say("size", l, { size: item.size })].filter(Boolean).join(l === "zh" ? "，" : ", ");
  const button = (label: string, text: string, count: number): HTMLElement => {
    const made = element("button", { type: "button", "aria-label": label }, text);
    made.addEventListener("click", () => change?.(count));
    return made;
  };
  return element(
    "li",
    { class: "line" },
    element(
      "div",
      { class: `line-picture tint-${product.tint}` },
      element("img", { src: pictureOf(product, colour?.id ?? ""), alt: "", width: 400, height: 400 }),
    ),
    element(
      "div",
      { class: "line-words" },
      element("h2", {}, element("a", { href: address(`p/${product.id}.html`, l) }, name)),
      element("p", {}, kind),
    ),
    change
      ? element(
          "div",
          { class: "count" },
          button(say("less", l, { name }), "−", item.count - 1),
          element("span", {}, item.count),
          button(say("more", l, { name }), "+", item.count + 1),
        )
      : element("span", { class: "times" }, `× ${item.count}`),
    element(
      "p",
      { class: "line-price" },
      money(product.price * item.count, l),
      item.count > 1 && element("small", {}, say("each", l, { sum: money(product.price, l) })),
    ),
    change
      ? (() => {
          const remove = button(say("removeName", l, { name }), say("remove", l), 0);
          remove.className = "remove";
          return remove;
        })()
      : null,
  );
}

/** Writes a cart's sums into the page. */
export function showTotal(page: Document, sums: Total, l: Language): void {
  for (const place of page.querySelectorAll<HTMLElement>("[data-sum]")) {
    const name = place.dataset["sum"] as keyof Total;
    const cents = sums[name];
    place.textContent = name === "shipping" && cents === 0 ? say("free", l) : name === "bundle" ? `−${money(cents, l)}` : money(cents, l);
  }
  const bundle = page.querySelector<HTMLElement>("[data-row=bundle]");
  if (bundle) bundle.hidden = sums.bundle === 0;
}

/** Runs the cart's page, and its short form beside the checkout. */
export async function cartPage(
  page: Document,
  l: Language,
  cart: Cart,
  list: () => Promise<readonly Listed[]>,
  changed: () => void,
): Promise<void> {
  const full = page.querySelector<HTMLElement>("[data-cart]");
  const empty = page.querySelector<HTMLElement>("[data-cart-empty]");
  const lines = page.querySelector("[data-lines]");
  if (!full || !empty || !lines) return;
  const fixed = page.body.dataset["page"] === "checkout";
  let products: readonly Listed[] = [];
  if (cart.count() > 0) {
    try {
      products = await list();
    } catch {
      full.hidden = false;
      fill(full, element("p", { class: "note", role: "alert" }, say("listFailed", l)));
      return;
    }
  }
  const show = (): void => {
    const all = rows(cart.items(), products);
    full.hidden = all.length === 0;
    empty.hidden = all.length > 0;
    const focused = page.activeElement?.getAttribute("aria-label");
    fill(
      lines,
      ...all.map((row) =>
        lineOf(
          row,
          l,
          fixed
            ? undefined
            : (count) => {
                cart.set(row.item, count);
                changed();
                show();
              },
        ),
      ),
    );
    // The line was drawn anew: the button that was pressed keeps the focus.
    if (focused) [...lines.querySelectorAll("button")].find((button) => button.getAttribute("aria-label") === focused)?.focus();
    showTotal(page, totalOf(all), l);
  };
  show();
  page.defaultView?.addEventListener("storage", () => {
    cart.refresh();
    show();
  });
}
