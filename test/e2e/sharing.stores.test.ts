import { afterAll, beforeAll, describe } from "vitest";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { describeWithServices } from "../support/services.ts";
import { type GuardedService, newShared, startGuarded } from "./access/service.ts";
import { linksSuite } from "./sharing/links.ts";
import { permissionsSuite } from "./sharing/permissions.ts";
import { sharesSuite } from "./sharing/shares.ts";
import { transfersSuite } from "./sharing/transfers.ts";
import { watchesSuite } from "./sharing/watches.ts";

describeWithServices("sharing, two servers on Redis and Postgres", () => {
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

  describe("permissions", () => permissionsSuite(servers));
  describe("shares", () => sharesSuite(servers));
  describe("links", () => linksSuite(servers));
  describe("transfers", () => transfersSuite(servers));
  describe("watches", () => watchesSuite(servers));
});
