import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { makeKey, startGuarded, withKey } from "./access/service.ts";
import { answerSuite } from "./limits/answers.ts";
import { quotaSuite } from "./limits/quotas.ts";

const PLANS = JSON.stringify({
  plans: {
    small: {
      user: {
        calls_per_minute: { limit: 60, burst: 3 },
        messages_per_minute: 5,
        bytes_per_minute: 1000,
        max_open_runs: 1,
        max_watches: 1,
      },
      key: { calls_per_minute: { limit: 60, burst: 2 } },
    },
    wide: {
      user: { calls_per_minute: 6000, messages_per_minute: 5, max_open_runs: 1, max_watches: 1 },
    },
    large: { user: { calls_per_minute: 6000, bytes_per_minute: 1000 } },
    few: { user: { max_sessions: 20 } },
  },
  tenants: { small: "small", wide: "wide", large: "large", few: "few" },
});

describe("limits, embedded", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ PARLEY_PLANS: PLANS, PARLEY_CORS_ORIGINS: "*" });
  });
  afterAll(() => service.close());

  describe("answers", () => answerSuite(() => service.url));
  describe("quotas", () =>
    quotaSuite(() => [rest(service.url, { "x-tenant-id": "few", "x-user-id": uniqueUser() })]));
});

it("limits on keys are each key's own, and one on the tenant everybody's", async () => {
  const plan = {
    tenant: { calls_per_minute: { limit: 60, burst: 20 } },
    key: { calls_per_minute: { limit: 1, burst: 2 } },
  };
  const service = await startGuarded({
    PARLEY_PLANS: JSON.stringify({ plans: { a: plan }, default: "a" }),
  });
  try {
    const secret = async () => (await makeKey(service, { user_id: "ann" })).secret;
    const keys = [await secret(), await secret()];
    for (const key of keys) {
      const client = withKey(service.url, key);
      const statuses = [];
      for (let n = 0; n < 3; n++) statuses.push((await client.get("/api/v1/sessions")).status);
      expect(statuses).toEqual([200, 200, 429]);
    }
    const { body } = await withKey(service.url, service.adminSecret).get("/api/v1/quota");
    expect(body.error).toBe("rate_limit_exceeded");
    expect(body.message).toContain("calls of the API key");
  } finally {
    await service.close();
  }
});

it.each([
  ["{", "PARLEY_PLANS: is not JSON"],
  ['{"plans": {}, "default": "none"}', "PARLEY_PLANS: default must be the name of a plan"],
  ["/nowhere/plans.json", "PARLEY_PLANS: /nowhere/plans.json: ENOENT"],
])("a mistake in plans stops the start: %s", async (plans, problem) => {
  await expect(startService({ PARLEY_PLANS: plans })).rejects.toThrow(problem);
});
