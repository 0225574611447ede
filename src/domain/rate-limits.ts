import { ParleyError } from "./errors.ts";
import type { Plan, RateKind, RateLimit, RateSubject } from "./plan.ts";
import type { Principal } from "./principal.ts";
import type { BucketLevel } from "./token-bucket.ts";

/** Whose buckets a call is charged to. */
export type Payer = Pick<Principal, "tenantId" | "userId" | "keyId">;

/** What a call takes, by what is counted. */
export type Cost = Readonly<Record<RateKind, number>>;

/** What a call takes of one bucket. */
export interface Charge {
  readonly limit: RateLimit;
  /** Tokens; 0 takes nothing and asks how it stands. */
  readonly cost: number;
}

/** How a bucket stood right after a call was charged to it, or refused. */
export interface Standing extends BucketLevel {
  /** How long the call has to wait for this bucket, in ms; 0: not for this one. */
  readonly waitMs: number;
}

/** What became of the charges of a call: all were made, or none. */
export interface Settlement {
  readonly admitted: boolean;
  /** In the order of the charges. */
  readonly standings: readonly Standing[];
}

export type TakeTokens = (
  payer: Payer,
  charges: readonly Charge[],
) => Settlement | Promise<Settlement>;

/** What a plan charges a call with; nothing that costs nothing. */
export function chargesOf(plan: Plan, payer: Payer, cost: Cost): Charge[] {
  return limitsOn(plan, payer)
    .map((limit) => ({ limit, cost: cost[limit.kind] }))
    .filter((charge) => charge.cost > 0);
}

/** The limits of a plan that apply to a caller: those on keys only to one who has a key. */
export function limitsOn(plan: Plan, { keyId }: Payer): RateLimit[] {
  return plan.rates.filter(({ subject }) => subject !== "key" || keyId !== undefined);
}

/** What an answer says of its caller's limits. */
export interface RateFigures extends BucketLevel {
  readonly limit: RateLimit;
}

/**
 * The figures of the strictest limit: of the calls, where some are counted, the one that leaves
 * least. Of a refused call those of the limit that it has to wait for longest.
 */
export function strictest(
  charges: readonly Charge[],
  { admitted, standings }: Settlement,
): (RateFigures & Standing) | undefined {
  const all = charges.map(({ limit }, i) => ({ limit, ...standings[i]! }));
  if (!admitted) return all.toSorted((a, b) => b.waitMs - a.waitMs)[0];
  const calls = all.filter(({ limit }) => limit.kind === "calls");
  return (calls.length > 0 ? calls : all).toSorted((a, b) => a.remaining - b.remaining)[0];
}

const WHOSE: Readonly<Record<RateSubject, string>> = {
  tenant: "the tenant",
  user: "the user",
  key: "the API key",
};

const WHAT: Readonly<Record<RateKind, string>> = {
  calls: "calls",
  messages: "messages",
  bytes: "bytes of requests",
};

/** A call that came too soon after others. */
export function rateLimited(limit: RateLimit, waitMs: number): ParleyError {
  return new ParleyError(
    "rate_limit_exceeded",
    `too many ${WHAT[limit.kind]} of ${WHOSE[limit.subject]}: ${limit.perMinute} a minute are allowed`,
    { retryAfterMs: Math.ceil(waitMs) },
  );
}
