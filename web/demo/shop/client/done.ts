import type { Dunlin } from "../../../sdk/src/api";
import { put, type Language } from "../language";
import { money } from "../money";
import { isOrder, orderKey } from "./checkout";
import { read, write } from "./storage";

/** Runs the page after the order: thanks, and tells the device of it once, however often it is reloaded. */
export function donePage(page: Document, l: Language, session: Storage | undefined, dunlin: Dunlin | undefined): void {
  const thanks = page.querySelector<HTMLElement>("[data-done]");
  const none = page.querySelector<HTMLElement>("[data-done-none]");
  const text = page.querySelector<HTMLElement>("[data-done-text]");
  if (!thanks || !none || !text) return;
  const order = read(session, orderKey, isOrder);
  thanks.hidden = order === null;
  none.hidden = order !== null;
  if (order === null) return;
  text.textContent = put(text.dataset["doneText"] ?? "", { number: order.number, sum: money(order.cents, l) });
  if (order.told) return;
  write(session, orderKey, { ...order, told: true });
  void dunlin?.track("order", { value: order.cents / 100, topics: order.topics });
}
