// A file cut into QR codes, shown in any order, some of them twice or damaged.
import { expect, it } from "vitest";
import { Collection, PART, split } from "../src/privacy/parts";
import { dots } from "../src/privacy/qr";
import { read } from "../src/privacy/scan";

const file = (n: number) => new Uint8Array(n).map((_, i) => (i * 7919) >> 3);

/** A code as a camera sees it: so many pixels a dot, and a margin. */
function picture(code: boolean[][], scale: number): ImageData {
  const side = (code.length + 8) * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (code[Math.floor(y / scale) - 4]?.[Math.floor(x / scale) - 4]) data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return { width: side, height: side, data, colorSpace: "srgb" } as ImageData;
}

it.each([1, 2, PART - 1, PART, PART + 1, 4096])("%i bytes come back, in any order", async (n) => {
  const whole = file(n);
  const texts = await split(whole);
  expect(texts.length).toBe(Math.ceil(n / PART));
  const collection = new Collection();
  for (const text of texts.toReversed()) {
    expect(await collection.file()).toBeNull();
    expect(collection.take(text)).toBe("new");
  }
  expect(await collection.file()).toEqual(whole);
});

it("says which parts are missing", async () => {
  const texts = await split(file(1400));
  const collection = new Collection();
  expect(collection.missing).toEqual([]);
  for (const i of [4, 0, 0]) collection.take(texts[i]!);
  expect([collection.of, collection.missing]).toEqual([5, [2, 3, 4]]);
  expect(collection.take(texts[4]!)).toBe("again");
  expect(await collection.file()).toBeNull();
});

it("takes nothing that is damaged, alien or of another file", async () => {
  const texts = await split(file(800));
  const collection = new Collection();
  collection.take(texts[0]!);
  expect(collection.take((await split(file(801)))[1]!)).toBe("other");
  expect(collection.take("https://shop.example/")).toBe("alien");
  const part = texts[1]!;
  for (let at = 8; at < part.length; at++) {
    const letter = part[at] === "A" ? "B" : "A";
    expect(["damaged", "other"], `${at}`).toContain(collection.take(part.slice(0, at) + letter + part.slice(at + 1)));
  }
  expect(collection.take(part.slice(0, 40))).toBe("damaged");
  expect(collection.take("DUNLIN1:00000000:1:999:00000000:00")).toBe("damaged");
  expect(collection.missing).toEqual([2, 3]);
});

it("stands the way through codes", async () => {
  const whole = file(1100);
  const collection = new Collection();
  for (const text of await split(whole)) {
    const code = dots(text);
    expect(code.length).toBeLessThanOrEqual(73);
    expect(collection.take(read(picture(code, 4))!)).toBe("new");
  }
  expect(await collection.file()).toEqual(whole);
  expect(read(picture([[true]], 4))).toBeUndefined();
});
