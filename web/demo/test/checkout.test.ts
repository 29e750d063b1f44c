import { expect, test } from "vitest";
import { orderNumber, wrong } from "../shop/client/checkout";

test.each([
  ["name", "", "needed"],
  ["name", "   ", "needed"],
  ["name", "李雷", null],
  ["email", "ada@example.org", null],
  ["email", "ada@example", "badEmail"],
  ["email", "ada example@x.org", "badEmail"],
  ["postcode", "D02 AF30", null],
  ["postcode", "200040", null],
  ["postcode", "1", "badPostcode"],
  ["postcode", "12345678901", "badPostcode"],
] as const)("%s %j: %s", (name, value, want) => expect(wrong(name, value)).toBe(want));

test("an order number is random, and says what it is read as", () => {
  const number = orderNumber((bytes) => bytes.fill(0).map((_, i) => i * 51));
  expect(number).toMatch(/^PT-[2-9A-HJ-NP-Z]{6}$/);
  expect(orderNumber((bytes) => bytes.fill(255))).toBe("PT-ZZZZZZ");
});
