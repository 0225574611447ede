import { createDatabase } from "../support/postgres.ts";
import { startParley } from "../support/process.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { describeWithServices } from "../support/services.ts";
import { replaySuite } from "./replay/index.ts";

// Processes, so that two servers and the agents do not share one thread.
replaySuite(
  "two servers on Redis and Postgres",
  async () => {
    const database = await createDatabase();
    const env = {
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      DATABASE_URL: database.url,
      LOG_LEVEL: "warn",
    };
    const one = await startParley({ env });
    const two = await startParley({ env });
    const closeBoth = async () => {
      await one.stop();
      await database.drop();
    };
    return [
      { url: two.url, close: () => two.stop() },
      { url: one.url, close: closeBoth },
    ];
  },
  { atMost: 300, suite: describeWithServices },
);
