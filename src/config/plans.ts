import { isCallerId } from "../domain/ids.ts";
import {
  type Plan,
  type PlanBook,
  type Quotas,
  RATE_KINDS,
  RATE_SUBJECTS,
  type RateLimit,
  type RateSubject,
} from "../domain/plan.ts";
import { type JsonObject, objectOf, parseObject, refuseOthers } from "./json-object.ts";

const PLAN_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

const MOST = 1_000_000_000;
/** A bucket that takes longer than an hour to fill is no rate any more. */
const MAX_BURST_MINUTES = 60;

const QUOTAS: Readonly<Record<string, { readonly quota: keyof Quotas; readonly most: number }>> = {
  max_sessions: { quota: "maxSessions", most: 100_000 },
  max_open_runs: { quota: "maxOpenRuns", most: 1_000_000 },
  max_watches: { quota: "maxWatches", most: 1_000_000 },
};

const RATES = RATE_KINDS.map((kind) => ({ kind, name: `${kind}_per_minute` }));

/**
 * Reads plans: `{"plans": {"name": {"user": {"calls_per_minute": 60, …}}}, "default": "name",
 * "tenants": {"tenant": "name"}}`. Throws an Error that says what is wrong.
 */
export function parsePlans(text: string): PlanBook {
  const json = parseObject(text, "what it holds");
  refuseOthers(json, "", ["plans", "default", "tenants"]);
  const plans = new Map(
    Object.entries(objectOf(json.plans, "plans")).map(([name, plan]) => [name, planOf(name, plan)]),
  );
  const named = (name: unknown, path: string): Plan => {
    const plan = typeof name === "string" ? plans.get(name) : undefined;
    if (plan === undefined) throw new Error(`${path} must be the name of a plan`);
    return plan;
  };
  const tenants = Object.entries(objectOf(json.tenants ?? {}, "tenants"));
  return {
    byTenant: new Map(
      tenants.map(([tenant, name]) => [tenantId(tenant), named(name, `tenants.${tenant}`)]),
    ),
    otherwise: json.default === undefined ? undefined : named(json.default, "default"),
  };
}

function tenantId(name: string): string {
  if (isCallerId(name)) return name;
  throw new Error(`tenants.${name}: a tenant is 1 to 255 visible ASCII characters`);
}

function planOf(name: string, value: unknown): Plan {
  const path = `plans.${name}`;
  if (!PLAN_NAME.test(name)) throw new Error(`${path}: a name is 1 to 64 of A-Z a-z 0-9 _ . -`);
  const json = objectOf(value, path);
  refuseOthers(json, path, RATE_SUBJECTS);
  const limits = RATE_SUBJECTS.map((subject) => {
    const limitsPath = `${path}.${subject}`;
    return { subject, path: limitsPath, json: objectOf(json[subject] ?? {}, limitsPath) };
  });
  for (const { subject, path, json } of limits) {
    const quotas = subject === "user" ? Object.keys(QUOTAS) : [];
    refuseOthers(json, path, [...RATES.map(({ name }) => name), ...quotas]);
  }
  const user = limits.find(({ subject }) => subject === "user")!;
  return {
    name,
    rates: limits.flatMap(({ subject, path, json }) => ratesOf(subject, json, path)),
    ...quotasOf(user.json, user.path),
  };
}

function ratesOf(subject: RateSubject, json: JsonObject, path: string): RateLimit[] {
  return RATES.filter(({ name }) => json[name] !== undefined).map(({ kind, name }) => ({
    subject,
    kind,
    ...rateOf(json[name], `${path}.${name}`),
  }));
}

/** A number, or `{"limit": 60, "burst": 10}`; all of a minute may come at once unless said. */
function rateOf(value: unknown, path: string): Pick<RateLimit, "perMinute" | "burst"> {
  if (typeof value !== "object") {
    const perMinute = count(value, path, 1, MOST);
    return { perMinute, burst: perMinute };
  }
  const json = objectOf(value, path);
  refuseOthers(json, path, ["limit", "burst"]);
  const perMinute = count(json.limit, `${path}.limit`, 1, MOST);
  const burst = json.burst ?? perMinute;
  const mostBurst = Math.min(perMinute * MAX_BURST_MINUTES, MOST);
  return { perMinute, burst: count(burst, `${path}.burst`, 1, mostBurst) };
}

function quotasOf(json: JsonObject, path: string): Quotas {
  const given = Object.entries(QUOTAS).filter(([name]) => json[name] !== undefined);
  return Object.fromEntries(
    given.map(([name, { quota, most }]) => [quota, count(json[name], `${path}.${name}`, 0, most)]),
  );
}

function count(value: unknown, path: string, least: number, most: number): number {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) {
    return Number(value);
  }
  throw new Error(`${path} must be a whole number from ${least} to ${most}`);
}
