import type { Listed } from "../goods/listed";
import { address, type Language } from "../language";
import { rows, totalOf, type Cart } from "./cart";
import { write } from "./storage";
import { say, type Word } from "./words";

/** An order as it waits for the page that thanks for it. */
export interface Order {
  readonly number: string;
  readonly cents: number;
  readonly topics: readonly string[];
  /** The device was told of it. */
  readonly told: boolean;
}

export const orderKey = "shop-order";

export function isOrder(value: unknown): value is Order {
  const order = value as Order | null;
  return (
    typeof order?.number === "string" && typeof order.cents === "number" && Array.isArray(order.topics) && typeof order.told === "boolean"
  );
}

/** What is wrong with a field's value, or null. */
export function wrong(name: string, value: string): Word | null {
  const text = value.trim();
  if (text === "") return "needed";
  if (name === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text)) return "badEmail";
  if (name === "postcode" && !/^[\p{L}\d][\p{L}\d -]{1,8}[\p{L}\d]$/u.test(text)) return "badPostcode";
  return null;
}

/** An order number: PT-XXXXXX. Random, so that it says nothing of time or trade. */
export function orderNumber(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; // 32, none that is read for another
  return `PT-${[...random(new Uint8Array(6))].map((byte) => letters[byte % 32]).join("")}`;
}

/** What the checkout works with. */
export interface Till {
  readonly cart: Cart;
  readonly products: () => Promise<readonly Listed[]>;
  readonly session: Storage | undefined;
  readonly random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
  readonly go: (address: string) => void;
}

function check(form: HTMLFormElement, input: HTMLInputElement, l: Language): boolean {
  const fault = wrong(input.name, input.value);
  const place = form.querySelector(`[data-wrong="${input.name}"]`);
  if (place) place.textContent = fault === null ? "" : say(fault, l);
  input.setAttribute("aria-invalid", String(fault !== null));
  if (fault === null) input.removeAttribute("aria-describedby");
  else input.setAttribute("aria-describedby", `${input.name}-wrong`);
  return fault === null;
}

/** Runs the checkout. What is typed is checked and stays in the page. */
export function checkoutPage(page: Document, l: Language, till: Till): void {
  const form = page.querySelector<HTMLFormElement>("[data-checkout]");
  if (!form) return;
  const inputs = [...form.querySelectorAll<HTMLInputElement>("input[required]")];
  for (const input of inputs) {
    input.addEventListener("change", () => check(form, input, l));
    input.addEventListener("input", () => {
      if (input.getAttribute("aria-invalid") === "true") check(form, input, l);
    });
  }
  const place = async (): Promise<void> => {
    const all = rows(till.cart.items(), await till.products());
    const order: Order = {
      number: orderNumber(till.random),
      cents: totalOf(all).sum,
      topics: [...new Set(all.map(({ product }) => product.topic))],
      told: false,
    };
    write(till.session, orderKey, order);
    till.cart.empty();
    till.go(address("done.html", l));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const faulty = inputs.filter((input) => !check(form, input, l));
    if (faulty.length > 0) faulty[0]?.focus();
    else void place();
  });
}
