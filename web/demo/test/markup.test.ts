import { expect, test } from "vitest";
import { data, html, Markup } from "../shop/markup";

test("holes are escaped, in text and in attributes", () => {
  expect(html`<a title="${'"&'}">${"<b>'"}</a>`.text).toBe(`<a title="&#34;&#38;">&#60;b&#62;&#39;</a>`);
});

test("markup, lists and absence are written as they are", () => {
  expect(html`${html`<i>${1}</i>`}${["<", new Markup("<br>")]}${false}${null}`.text).toBe("<i>1</i>&#60;<br>");
});

test("no value ends a block of data", () => {
  const block = data("application/ld+json", { name: "</script><!--" }).text;
  expect(block.match(/<\//g)).toHaveLength(1);
  expect(JSON.parse(block.slice(block.indexOf(">") + 1, block.lastIndexOf("<")))).toEqual({ name: "</script><!--" });
});
