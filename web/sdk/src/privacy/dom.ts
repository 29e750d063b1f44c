/**
 * Elements, made without markup: texts stay texts, whatever a site or a plan calls things.
 *
 * @module
 */

/** What an element holds. `false`, `null` and `undefined` are left out. */
export type Child = Node | string | number | false | null | undefined | readonly Child[];

/** Attributes: true writes an empty one, false none. A function listens to `click`. */
export type Attributes = Readonly<Record<string, string | number | boolean | (() => void)>>;

/** Makes an element. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  add(made, children);
  return made;
}

/** Puts new children in place of the old. */
export function fill(into: Element, ...children: Child[]): void {
  into.replaceChildren();
  add(into, children);
}

function add(to: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === false || child === null || child === undefined) continue;
    if (Array.isArray(child)) add(to, child as readonly Child[]);
    else to.append(child as Node | string);
  }
}

/** A button that does one thing at a time. */
export function button(text: string, act: () => unknown, attributes: Attributes = {}): HTMLButtonElement {
  const made: HTMLButtonElement = make("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", () => {
    if (made.getAttribute("aria-disabled") === "true") return;
    made.setAttribute("aria-disabled", "true");
    void Promise.resolve(act()).finally(() => made.removeAttribute("aria-disabled"));
  });
  return made;
}

/** Hands a file to the visitor. */
export function save(name: string, type: string, body: BlobPart): void {
  const url = URL.createObjectURL(new Blob([body], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A style sheet by the object model: a site's policy may allow no inline style. */
export function styled(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
}
