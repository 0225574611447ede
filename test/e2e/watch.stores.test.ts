import { createDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { startService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import { watchSuite } from "./watch.ts";

describeWithServices("on real stores", () => {
  watchSuite("two servers on Redis and Postgres", async () => {
    const database = await createDatabase();
    const env = {
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      DATABASE_URL: database.url,
    };
    const [one, two] = [await startService(env), await startService(env)];
    const closeBoth = async () => {
      await one.close();
      await database.drop();
    };
    return [{ url: one.url, close: closeBoth }, two];
  });

  watchSuite("two servers on Postgres, with no Redis to wake them", async () => {
    const database = await createDatabase();
    const env = { REDIS_URL: "redis://127.0.0.1:1", DATABASE_URL: database.url };
    const [one, two] = [await startService(env), await startService(env)];
    const closeBoth = async () => {
      await one.close();
      await database.drop();
    };
    return [{ url: one.url, close: closeBoth }, two];
  });
});
