/** What an element of {@link element} holds. `false` and `null` are left out. */
export type Child = Node | string | number | false | null | readonly Child[];

/** Attributes: true writes an empty one, false and undefined none. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element; texts stay texts. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) made.setAttribute(key, value === true ? "" : String(value));
  }
  add(made, children);
  return made;
}

function add(to: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === false || child === null) continue;
    if (typeof child === "object" && !(child instanceof Node)) add(to, child);
    else to.append(child instanceof Node ? child : String(child));
  }
}

/** Puts new children in place of the old. */
export function fill(into: Element, ...children: readonly Child[]): void {
  into.replaceChildren();
  add(into, children);
}
