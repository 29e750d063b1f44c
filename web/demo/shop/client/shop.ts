// The shop's one script. It wires the pages' modules to this browser's storage, clock
// and network; without it every page is whole but for cart, search and filters.
import { script } from "../../script";
import type { Listed } from "../goods/listed";
import { languageOf } from "../language";
import { cartPage } from "./basket";
import { buyPage } from "./buy";
import { Cart } from "./cart";
import { checkoutPage } from "./checkout";
import { askConsent, type Asking } from "./consent";
import { donePage } from "./done";
import { privacyPage } from "./privacy";
import { products } from "./products";
import { seekPage } from "./seek";
import { shelfPage } from "./sieve";
import { storageOf } from "./storage";
import { say } from "./words";

const language = languageOf(location.pathname);
const session = storageOf(window, "sessionStorage");
const cart = new Cart(storageOf(window, "localStorage"));
const dunlin = script(window);
const asking: Asking = { dunlin, session, language };

let loading: Promise<readonly Listed[]> | undefined;
function list(): Promise<readonly Listed[]> {
  loading ??= products(fetch.bind(window));
  loading.catch(() => (loading = undefined)); // the next to ask tries again
  return loading;
}

function showCount(): void {
  const n = cart.count();
  for (const badge of document.querySelectorAll<HTMLElement>("[data-cart-count]")) {
    badge.hidden = n === 0;
    badge.textContent = String(n);
    badge.setAttribute("aria-label", say("inCart", language, { n }));
  }
}

switch (document.body.dataset["page"]) {
  case "shelf":
    shelfPage(document, language);
    break;
  case "product":
    buyPage(document, language, cart, showCount);
    break;
  case "search":
    seekPage(document, language, list);
    break;
  case "cart":
    void cartPage(document, language, cart, list, showCount);
    break;
  case "checkout":
    void cartPage(document, language, cart, list, showCount);
    checkoutPage(document, language, {
      cart,
      products: list,
      session,
      random: (bytes) => crypto.getRandomValues(bytes),
      go: (address) => location.assign(address),
    });
    break;
  case "done":
    donePage(document, language, session, dunlin);
    break;
  case "privacy":
    void privacyPage(document, asking);
    break;
}
showCount();
addEventListener("storage", () => {
  cart.refresh();
  showCount();
});
if (document.body.dataset["page"] !== "privacy") void askConsent(document, asking);
