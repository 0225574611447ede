import type { ModelPrice, PriceList } from "../domain/price-list.ts";
import { objectOf, parseObject } from "./json-object.ts";

/**
 * Reads a price list: `{"models": {"name": {"input": 2.5, "output": 10}}, "tenants": {"tenant":
 * {"name": {…}}}}`, in US dollars for a million tokens. Throws an Error that says what is wrong.
 */
export function parsePriceList(text: string): PriceList {
  const json = parseObject(text, "the price list");
  const unknown = Object.keys(json).find((key) => key !== "models" && key !== "tenants");
  if (unknown !== undefined) throw new Error(`"${unknown}" is not "models" or "tenants"`);
  const tenants = Object.entries(objectOf(json.tenants ?? {}, "tenants"));
  return {
    models: pricesOf(json.models ?? {}, "models"),
    tenants: new Map(
      tenants.map(([name, models]) => [name, pricesOf(models, `tenants.${name}`)] as const),
    ),
  };
}

function pricesOf(json: unknown, path: string): ReadonlyMap<string, ModelPrice> {
  const entries = Object.entries(objectOf(json, path));
  return new Map(entries.map(([name, price]) => [name, priceOf(price, `${path}.${name}`)]));
}

function priceOf(json: unknown, path: string): ModelPrice {
  const { input, output, ...rest } = objectOf(json, path);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`${path}.${unknown} is not "input" or "output"`);
  return { input: dollars(input, `${path}.input`), output: dollars(output, `${path}.output`) };
}

function dollars(value: unknown, path: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1_000_000) return value;
  throw new Error(`${path} must be a number of dollars from 0 to 1000000`);
}
