import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { describeWithServices } from "../support/services.ts";
import { revocationSuite } from "./access/revocation.ts";
import { type GuardedService, newShared, startGuarded, withKey } from "./access/service.ts";
import { ticketsSuite } from "./access/tickets.ts";

describeWithServices("access, two servers on Redis and Postgres", () => {
  let database: TestDatabase;
  let one: GuardedService;
  let other: GuardedService;
  beforeAll(async () => {
    database = await createDatabase();
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
    };
    const shared = newShared();
    [one, other] = await Promise.all([startGuarded(env, shared), startGuarded(env, shared)]);
  });
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await database.drop();
  });

  describe("a revocation", () =>
    revocationSuite(
      () => one,
      () => other,
    ));

  describe("a ticket", () =>
    ticketsSuite(
      () => one,
      () => other,
    ));

  it("have one first key between them", async () => {
    const { body } = await withKey(other.url, other.adminSecret).get("/api/v1/keys?user_id=admin");
    expect(body.total).toBe(1);
  });
});
