import type { Listed } from "../goods/listed";
import { total, type Total } from "../money";
import { read, write } from "./storage";

/** One line of the cart, as it is stored. */
export interface Item {
  readonly id: string;
  readonly colour: string;
  /** Empty where the product has none. */
  readonly size: string;
  readonly count: number;
}

const key = "shop-cart";
const most = 9; // of one line

function isItem(value: unknown): value is Item {
  const item = value as Item | null;
  return (
    typeof item?.id === "string" &&
    typeof item.colour === "string" &&
    typeof item.size === "string" &&
    Number.isInteger(item.count) &&
    item.count > 0 &&
    item.count <= most
  );
}

function isItems(value: unknown): value is readonly Item[] {
  return Array.isArray(value) && value.every(isItem);
}

function same(a: Item, b: Omit<Item, "count">): boolean {
  return a.id === b.id && a.colour === b.colour && a.size === b.size;
}

/** The visitor's cart, kept in the browser. Without storage it lasts as long as the page. */
export class Cart {
  private kept: readonly Item[];

  constructor(private readonly storage: Storage | undefined) {
    this.kept = read(storage, key, isItems) ?? [];
  }

  items(): readonly Item[] {
    return this.kept;
  }

  /** How many things are in it. */
  count(): number {
    return this.kept.reduce((sum, item) => sum + item.count, 0);
  }

  /** Adds one; false if there are as many of it as a cart takes. */
  add(what: Omit<Item, "count">): boolean {
    const there = this.kept.find((item) => same(item, what));
    if (there !== undefined && there.count >= most) return false;
    this.set(what, (there?.count ?? 0) + 1);
    return true;
  }

  /** Sets how many of a line there are; 0 takes it out. */
  set(what: Omit<Item, "count">, count: number): void {
    const bounded = Math.max(0, Math.min(most, Math.trunc(count)));
    const line: Item = { id: what.id, colour: what.colour, size: what.size, count: bounded };
    const at = this.kept.findIndex((item) => same(item, what));
    const others = this.kept.filter((item) => !same(item, what));
    if (bounded > 0) others.splice(at < 0 ? others.length : at, 0, line);
    this.save(others);
  }

  empty(): void {
    this.save([]);
  }

  /** Reads again what another tab may have changed. */
  refresh(): void {
    this.kept = read(this.storage, key, isItems) ?? [];
  }

  private save(items: readonly Item[]): void {
    this.kept = items;
    write(this.storage, key, items.length > 0 ? items : null);
  }
}

/** A line with its product. */
export interface Row {
  readonly item: Item;
  readonly product: Listed;
}

/** The cart's lines whose products the shop still has. */
export function rows(items: readonly Item[], products: readonly Listed[]): readonly Row[] {
  return items.flatMap((item) => {
    const product = products.find(({ id }) => id === item.id);
    return product ? [{ item, product }] : [];
  });
}

/** What lines amount to. */
export function totalOf(lines: readonly Row[]): Total {
  return total(lines.map(({ item, product }) => ({ topic: product.topic, price: product.price, count: item.count })));
}
