import { drawScenes } from "../draw/scenes";
import { logo } from "../draw/logo";
import { Sheet } from "../draw/sheet";
import { catalogue } from "../goods/catalogue";
import { listed } from "../goods/listed";
import { topics } from "../goods/product";
import { languages } from "../language";
import { aboutPage } from "./about";
import { home } from "./home";
import { layout } from "./layout";
import { nextPage } from "./next";
import { cartPage, checkoutPage, donePage } from "./order";
import type { Page } from "./page";
import { privacyPage } from "./privacy";
import { productPages } from "./product";
import { searchPage } from "./search";
import { shelfPage } from "./shelf";

/** All pages, in both languages. */
export function pages(): readonly Page[] {
  return languages.flatMap((l) => [
    home(l),
    ...topics.map((topic) => shelfPage(topic, l)),
    ...productPages(l),
    searchPage(l),
    cartPage(l),
    checkoutPage(l),
    donePage(l),
    aboutPage(l),
    privacyPage(l),
    nextPage(l),
  ]);
}

/** Every file that is written once: pages, pictures, the list of products. By name, in no folder's order. */
export function site(): [name: string, text: string][] {
  const files: [string, string][] = pages().map((page) => [(page.language === "en" ? "" : `${page.language}/`) + page.file, layout(page)]);
  for (const product of catalogue) {
    for (const colour of product.colours) {
      const sheet = new Sheet();
      files.push([`pictures/${product.id}-${colour.id}.svg`, sheet.picture(400, 400, product.draw(sheet, colour.palette))]);
    }
  }
  for (const [name, text] of drawScenes()) files.push([`scenes/${name}.svg`, text]);
  files.push(["petrel.svg", logo()], ["products.json", JSON.stringify(listed)]);
  return files;
}
