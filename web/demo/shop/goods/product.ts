import type { Palette } from "../draw/colour";
import type { Sheet } from "../draw/sheet";
import type { Text } from "../language";

/** The shop's shelves, and the topics of its plan. */
export const topics = ["shoes", "bags", "watches", "sports", "kids"] as const;
export type Topic = (typeof topics)[number];

/** One way that a product comes in. */
export interface Colour {
  /** Part of the picture's file name. */
  readonly id: string;
  readonly name: Text;
  readonly palette: Palette;
}

/** Background of a product's picture: a class of the style sheet. */
export type Tint = "sand" | "sky" | "sage" | "blush" | "butter" | "lilac" | "stone";

export interface Product {
  /** Part of its address. */
  readonly id: string;
  readonly topic: Topic;
  readonly name: Text;
  /** One sentence, for lists. */
  readonly short: Text;
  /** A paragraph, for its page. */
  readonly long: Text;
  /** Material, measures, care. */
  readonly facts: readonly Text[];
  /** In cents. */
  readonly price: number;
  readonly colours: readonly [Colour, ...Colour[]];
  readonly tint: Tint;
  /** Words that a search finds it by, beside its texts. */
  readonly words: string;
  readonly isNew?: boolean;
  /** Draws it into a square of 400 by 400. */
  readonly draw: (sheet: Sheet, palette: Palette) => string;
}

/** Names a colour and gives it its palette. */
export function colour(id: string, en: string, zh: string, body: string, trim: string, detail: string): Colour {
  return { id, name: { en, zh }, palette: { body, trim, detail } };
}
