import type { Topic } from "../goods/product";
import type { Language } from "../language";
import type { Markup } from "../markup";

/** A page that is to be written in one language. */
export interface Page {
  /** File below the language's folder. */
  readonly file: string;
  /** What the page is, for scripts and style: `data-page` of the body. */
  readonly kind: "home" | "shelf" | "product" | "search" | "cart" | "checkout" | "done" | "about" | "privacy" | "next";
  readonly language: Language;
  readonly title: string;
  readonly description: string;
  /** Topics that the page is about, for the script. */
  readonly topics: readonly Topic[];
  readonly content: Markup;
  /** A script beside the shop's own. */
  readonly script?: string;
  /** Not for search engines: cart, order and the like. */
  readonly own?: boolean;
}
