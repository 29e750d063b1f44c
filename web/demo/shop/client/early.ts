// Runs before anything is drawn: leads to the page's other language, if the visitor
// has chosen it, asks for it (?lang=zh), or comes for the first time with a browser
// that speaks it.
import { counterpart, languageOf, languages, root, type Language } from "../language";
import { storageOf, write, read } from "./storage";

const key = "shop-language";

function isLanguage(value: unknown): value is Language {
  return languages.includes(value as Language);
}

const storage = storageOf(window, "localStorage");
const here = languageOf(location.pathname);
const asked = new URLSearchParams(location.search).get("lang");
const chosen = read(storage, key, isLanguage);
let wanted: Language = chosen ?? here;
if (isLanguage(asked)) {
  wanted = asked;
  write(storage, key, asked);
} else if (chosen === null && here === "en" && navigator.language.startsWith("zh") && write(storage, key, "zh")) {
  wanted = "zh"; // where it can't be remembered the switch could not undo it
}
if (wanted !== here && location.pathname.startsWith(root)) {
  const query = new URLSearchParams(location.search);
  query.delete("lang");
  const rest = query.toString();
  location.replace(counterpart(location.pathname, wanted) + (rest && `?${rest}`) + location.hash);
}

// The switch in the header is a link; choosing by it is remembered.
addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-language]") : null;
  const language = link?.dataset["language"];
  if (isLanguage(language)) write(storage, key, language);
});
