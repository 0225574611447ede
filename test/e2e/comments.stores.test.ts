import { afterAll, beforeAll, describe } from "vitest";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { describeWithServices } from "../support/services.ts";
import { type GuardedService, newShared, startGuarded } from "./access/service.ts";
import { liveSuite } from "./comments/live.ts";
import { permissionsSuite } from "./comments/permissions.ts";
import { remarksSuite } from "./comments/remarks.ts";
import { threadsSuite } from "./comments/threads.ts";

describeWithServices("comments, two servers on Redis and Postgres", () => {
  let database: TestDatabase;
  let started: [GuardedService, GuardedService];
  beforeAll(async () => {
    database = await createDatabase();
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
    };
    const shared = newShared();
    started = await Promise.all([startGuarded(env, shared), startGuarded(env, shared)]);
  });
  afterAll(async () => {
    await Promise.all(started.map((server) => server.close()));
    await database.drop();
  });
  const servers = () => started;

  describe("one", () => remarksSuite(servers));
  describe("many", () => threadsSuite(servers));
  describe("permissions", () => permissionsSuite(servers));
  describe("live", () => liveSuite(servers));
});
