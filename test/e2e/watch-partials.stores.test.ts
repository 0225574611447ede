import { Redis } from "ioredis";
import { createDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { startService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import { partialSuite } from "./watch-partials.ts";

describeWithServices("on real stores", () => {
  partialSuite("two servers on Redis and Postgres", async () => {
    const database = await createDatabase();
    const admin = new Redis(redisUrl());
    const prefix = redisKeyPrefix();
    const env = {
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: prefix,
      DATABASE_URL: database.url,
    };
    const [one, two] = [await startService(env), await startService(env)];
    const close = async () => {
      await two.close();
      admin.disconnect();
      await database.drop();
    };
    return {
      servers: [one, { url: two.url, close }],
      async flush() {
        const keys = await admin.keys(`${prefix}*`);
        if (keys.length > 0) await admin.del(...keys);
      },
    };
  });
});
