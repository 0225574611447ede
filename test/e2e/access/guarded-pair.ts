import { createDatabase } from "../../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../../support/redis.ts";
import { type GuardedService, newShared, startGuarded } from "./service.ts";

/** Two servers on one Redis and one Postgres, that know the same callers. */
export interface GuardedPair {
  readonly servers: readonly [GuardedService, GuardedService];
  close(): Promise<void>;
}

export async function startGuardedPair(): Promise<GuardedPair> {
  const database = await createDatabase();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl(),
    PARLEY_REDIS_PREFIX: redisKeyPrefix(),
  };
  const shared = newShared();
  const servers = await Promise.all([startGuarded(env, shared), startGuarded(env, shared)]);
  return {
    servers,
    async close() {
      await Promise.all(servers.map((server) => server.close()));
      await database.drop();
    },
  };
}
