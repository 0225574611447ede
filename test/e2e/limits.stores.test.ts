import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { type ParleyProcess, startParley } from "../support/process.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { rest, uniqueUser } from "../support/rest.ts";
import { describeWithServices } from "../support/services.ts";
import { quotaSuite } from "./limits/quotas.ts";

const PLANS = JSON.stringify({
  plans: {
    plain: { user: { calls_per_minute: 60 } },
    small: { user: { max_sessions: 20 } },
  },
  default: "plain",
  tenants: { small: "small" },
});

describeWithServices("limits, two server processes on Redis and Postgres", () => {
  let database: TestDatabase;
  let servers: readonly ParleyProcess[];
  beforeAll(async () => {
    database = await createDatabase();
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      PARLEY_PLANS: PLANS,
      LOG_LEVEL: "silent",
    };
    servers = await Promise.all([startParley({ env }), startParley({ env })]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  });
  const clientsOf = (headers: Record<string, string>) =>
    servers.map(({ url }) => rest(url, headers));

  it("of 60 a minute admit 60 of 200 calls that come to both at once", async () => {
    const warm = clientsOf({ "x-user-id": uniqueUser() });
    await Promise.all(warm.flatMap((client) => [1, 2, 3].map(() => client.get("/api/v1/quota"))));
    const clients = clientsOf({ "x-user-id": uniqueUser() });
    const started = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => clients[i % 2]!.get("/api/v1/sessions")),
    );
    const seconds = (performance.now() - started) / 1000;
    const admitted = answers.filter(({ status }) => status === 200).length;
    expect(admitted).toBeGreaterThanOrEqual(60);
    // One comes back each second; a machine that is busy may take more than one for all of this.
    expect(admitted).toBeLessThanOrEqual(60 + Math.max(1, Math.ceil(seconds)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(admitted + refused.length).toBe(200);
    for (const { body } of refused) expect(body.error).toBe("rate_limit_exceeded");
    const left = answers
      .filter(({ status }) => status === 200)
      .map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
    expect(Math.min(...left)).toBe(0);
    expect(Math.max(...left)).toBe(59);
  });

  describe("quotas", () =>
    quotaSuite(() => clientsOf({ "x-tenant-id": "small", "x-user-id": uniqueUser() })));
});
