import { createDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { startService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import { conversationSuite } from "./conversation/index.ts";

describeWithServices("on real stores", () => {
  conversationSuite("Redis and Postgres", async () => {
    const database = await createDatabase();
    const service = await startService({
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      DATABASE_URL: database.url,
    });
    return {
      url: service.url,
      close: async () => {
        await service.close();
        await database.drop();
      },
    };
  });
});
