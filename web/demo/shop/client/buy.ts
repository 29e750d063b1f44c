import { address, type Language } from "../language";
import type { Cart } from "./cart";
import { element, fill } from "./element";
import { say } from "./words";

/** Runs a product's page: the picture follows the colour, the button fills the cart. */
export function buyPage(page: Document, l: Language, cart: Cart, changed: () => void): void {
  const form = page.querySelector<HTMLFormElement>("[data-buy]");
  const image = page.querySelector<HTMLImageElement>("[data-product-picture]");
  const note = page.querySelector("[data-added]");
  const id = form?.dataset["buy"];
  if (!form || !image || !note || id === undefined) return;
  form.addEventListener("change", (event) => {
    const chosen = event.target instanceof HTMLInputElement ? event.target.dataset : {};
    if (chosen["picture"] === undefined) return;
    image.src = chosen["picture"];
    image.alt = chosen["alt"] ?? "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(form);
    const added = cart.add({ id, colour: String(said.get("colour") ?? ""), size: String(said.get("size") ?? "") });
    const name = page.querySelector("h1")?.textContent ?? "";
    fill(note, say(added ? "added" : "full", l, { name }), " ", element("a", { href: address("cart.html", l) }, say("toCart", l)));
    changed();
  });
}
