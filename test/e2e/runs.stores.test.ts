import { createDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { describeWithServices } from "../support/services.ts";
import { runsSuite } from "./runs/index.ts";

runsSuite(
  "Redis and Postgres",
  async () => ({
    DATABASE_URL: (await createDatabase()).url,
    REDIS_URL: redisUrl(),
    PARLEY_REDIS_PREFIX: redisKeyPrefix(),
  }),
  describeWithServices,
);
