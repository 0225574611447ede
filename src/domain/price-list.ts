/** What a model costs, in US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

/** Prices by model; those of a tenant go before those of all. */
export interface PriceList {
  readonly models: ReadonlyMap<string, ModelPrice>;
  readonly tenants: ReadonlyMap<string, ReadonlyMap<string, ModelPrice>>;
}

export const NO_PRICES: PriceList = { models: new Map(), tenants: new Map() };

interface Used {
  readonly model: string;
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  /** Not told apart: they cost what goes in costs. */
  readonly tokens: bigint;
}

/** What usage costs by the list of a tenant, in millionths of a dollar; 0 for an unlisted model. */
export function priceOf(prices: PriceList, tenantId: string, used: Used): bigint {
  const price = prices.tenants.get(tenantId)?.get(used.model) ?? prices.models.get(used.model);
  if (price === undefined) return 0n;
  const input = Number(used.inputTokens + used.tokens) * price.input;
  return BigInt(Math.round(input + Number(used.outputTokens) * price.output));
}
