import type { Text } from "../language";
import { catalogue } from "./catalogue";
import type { Tint, Topic } from "./product";

/** A product as scripts know it: products.json. */
export interface Listed {
  readonly id: string;
  readonly topic: Topic;
  readonly name: Text;
  readonly short: Text;
  readonly price: number; // in cents
  readonly tint: Tint;
  readonly colours: readonly { readonly id: string; readonly name: Text }[];
  /** More that a search finds it by. */
  readonly words: string;
}

/** The list that is written for scripts. */
export const listed: readonly Listed[] = catalogue.map(({ id, topic, name, short, price, tint, colours, words, facts }) => ({
  id,
  topic,
  name,
  short,
  price,
  tint,
  colours: colours.map((colour) => ({ id: colour.id, name: colour.name })),
  words: [words, ...colours.flatMap((colour) => [colour.name.en, colour.name.zh]), ...facts.flatMap((fact) => [fact.en, fact.zh])].join(
    " ",
  ),
}));
