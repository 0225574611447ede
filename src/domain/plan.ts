import type { BucketSize } from "./token-bucket.ts";

/** Who shares a bucket: all of a tenant, a user's calls, those by one API key. */
export const RATE_SUBJECTS = ["tenant", "user", "key"] as const;
export type RateSubject = (typeof RATE_SUBJECTS)[number];

/** What is counted: calls, messages that are appended, bytes of requests. */
export const RATE_KINDS = ["calls", "messages", "bytes"] as const;
export type RateKind = (typeof RATE_KINDS)[number];

/** One limit of a plan on how fast something may come. */
export interface RateLimit extends BucketSize {
  readonly subject: RateSubject;
  readonly kind: RateKind;
}

/** What of a user there may be at a time; undefined: any number. */
export interface Quotas {
  /** Sessions that are neither deleted nor over. */
  readonly maxSessions?: number;
  readonly maxOpenRuns?: number;
  /** Streams that watch a session, on each replica. */
  readonly maxWatches?: number;
}

/** What the callers of a tenant may do. */
export interface Plan extends Quotas {
  readonly name: string;
  readonly rates: readonly RateLimit[];
}

/** Which plan counts for whom. */
export interface PlanBook {
  readonly byTenant: ReadonlyMap<string, Plan>;
  /** Of all other tenants; undefined: they have no limits. */
  readonly otherwise: Plan | undefined;
}

/** Nothing configured: nobody has limits. */
export const NO_PLANS: PlanBook = { byTenant: new Map(), otherwise: undefined };

/** The plan of a tenant, if it has one. */
export function planOf({ byTenant, otherwise }: PlanBook, tenantId: string): Plan | undefined {
  return byTenant.get(tenantId) ?? otherwise;
}

/** True if any plan says how fast something may come. */
export function limitsRates({ byTenant, otherwise }: PlanBook): boolean {
  return [...byTenant.values(), otherwise].some((plan) => (plan?.rates.length ?? 0) > 0);
}
