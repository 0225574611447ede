import { expect, it } from "vitest";
import { priceOf } from "../domain/price-list.ts";
import { parsePriceList } from "./price-list.ts";

const used = { model: "m", inputTokens: 1000n, outputTokens: 100n, tokens: 10n };

it("is read, and a tenant's own prices go first", () => {
  const list = parsePriceList(
    JSON.stringify({
      models: { m: { input: 2.5, output: 10 } },
      tenants: { dear: { m: { input: 100, output: 1000 } } },
    }),
  );
  expect(priceOf(list, "any", used)).toBe(BigInt(Math.round(1010 * 2.5 + 100 * 10)));
  expect(priceOf(list, "dear", used)).toBe(201_000n);
  expect(priceOf(list, "dear", { ...used, model: "unlisted" })).toBe(0n);
});

it("may have nothing in it", () => {
  expect(priceOf(parsePriceList("{}"), "any", used)).toBe(0n);
});

it.each([
  ["{", "is not JSON"],
  ["[]", "the price list must be an object"],
  ['{"model":{}}', '"model" is not "models" or "tenants"'],
  ['{"models":{"m":{"input":1}}}', "models.m.output must be a number of dollars"],
  ['{"models":{"m":{"input":"1","output":1}}}', "models.m.input must be a number"],
  ['{"models":{"m":{"input":-1,"output":1}}}', "models.m.input must be a number"],
  ['{"models":{"m":{"input":1,"output":1,"x":1}}}', 'models.m.x is not "input" or "output"'],
  ['{"tenants":{"t":[]}}', "tenants.t must be an object"],
])("says what is wrong with %s", (text, problem) => {
  expect(() => parsePriceList(text)).toThrow(problem);
});
