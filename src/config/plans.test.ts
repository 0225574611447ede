import { describe, expect, it } from "vitest";
import { limitsRates, NO_PLANS, planOf } from "../domain/plan.ts";
import { parsePlans } from "./plans.ts";

const text = JSON.stringify({
  plans: {
    free: {
      tenant: { calls_per_minute: 600 },
      user: {
        calls_per_minute: { limit: 60, burst: 10 },
        messages_per_minute: 30,
        bytes_per_minute: 1_000_000,
        max_sessions: 100,
        max_open_runs: 2,
        max_watches: 5,
      },
      key: { calls_per_minute: { limit: 30 } },
    },
    pro: { user: { max_watches: 0 } },
  },
  default: "free",
  tenants: { acme: "pro" },
});

describe("plans", () => {
  it("are read, with all of a minute as burst unless said", () => {
    const plan = planOf(parsePlans(text), "any")!;
    expect(plan).toEqual({
      name: "free",
      rates: [
        { subject: "tenant", kind: "calls", perMinute: 600, burst: 600 },
        { subject: "user", kind: "calls", perMinute: 60, burst: 10 },
        { subject: "user", kind: "messages", perMinute: 30, burst: 30 },
        { subject: "user", kind: "bytes", perMinute: 1_000_000, burst: 1_000_000 },
        { subject: "key", kind: "calls", perMinute: 30, burst: 30 },
      ],
      maxSessions: 100,
      maxOpenRuns: 2,
      maxWatches: 5,
    });
  });

  it("are a tenant's own, else the default one, else none", () => {
    const book = parsePlans(text);
    expect(planOf(book, "acme")).toEqual({ name: "pro", rates: [], maxWatches: 0 });
    expect(planOf(parsePlans('{"plans": {}}'), "acme")).toBeUndefined();
    expect([limitsRates(book), limitsRates(NO_PLANS)]).toEqual([true, false]);
    expect(limitsRates(parsePlans('{"plans": {"a": {}}, "default": "a"}'))).toBe(false);
  });

  const user = (limits: object) => JSON.stringify({ plans: { a: { user: limits } } });

  it.each([
    ["{", "is not JSON"],
    ["[]", "what it holds must be an object"],
    ["{}", "plans must be an object"],
    ['{"plans":{},"plan":1}', 'plan is none of "plans", "default", "tenants"'],
    ['{"plans":{},"default":"a"}', "default must be the name of a plan"],
    ['{"plans":{},"tenants":{"t":"a"}}', "tenants.t must be the name of a plan"],
    ['{"plans":{"a":{}},"tenants":{"":"a"}}', "a tenant is 1 to 255 visible"],
    ['{"plans":{"a b":{}}}', "plans.a b: a name is 1 to 64 of"],
    ['{"plans":{"a":{"users":{}}}}', 'plans.a.users is none of "tenant", "user", "key"'],
    ['{"plans":{"a":{"key":{"max_sessions":1}}}}', "plans.a.key.max_sessions is none of"],
    ['{"plans":{"a":{"tenant":[]}}}', "plans.a.tenant must be an object"],
    [user({ calls: 1 }), "plans.a.user.calls is none of"],
    [user({ calls_per_minute: 0 }), "calls_per_minute must be a whole number from 1 to 1000000000"],
    [user({ calls_per_minute: "60" }), "calls_per_minute must be a whole number"],
    [user({ calls_per_minute: null }), "calls_per_minute must be an object"],
    [user({ calls_per_minute: {} }), "calls_per_minute.limit must be a whole number"],
    [user({ calls_per_minute: { limit: 1, max: 1 } }), 'max is none of "limit", "burst"'],
    [
      user({ calls_per_minute: { limit: 2, burst: 121 } }),
      "burst must be a whole number from 1 to 120",
    ],
    [user({ max_sessions: 1.5 }), "max_sessions must be a whole number from 0 to 100000"],
    [user({ max_watches: -1 }), "max_watches must be a whole number from 0"],
  ])("say what is wrong with %s", (wrong, problem) => {
    expect(() => parsePlans(wrong)).toThrow(problem);
  });
});
