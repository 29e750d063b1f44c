import { bags } from "./bags";
import { kids } from "./kids";
import { topics, type Product, type Topic } from "./product";
import { shoes } from "./shoes";
import { sports } from "./sports";
import { watches } from "./watches";

const shelves: Readonly<Record<Topic, readonly Product[]>> = { shoes, bags, watches, sports, kids };

/** A topic's products, in the shop's own order. */
export function shelf(topic: Topic): readonly Product[] {
  return shelves[topic];
}

/** All products, topic by topic. */
export const catalogue: readonly Product[] = topics.flatMap(shelf);

/** Address of a product's picture. */
export function picture(product: Product, colour: string = product.colours[0].id): string {
  return `/demo/shop/pictures/${product.id}-${colour}.svg`;
}
