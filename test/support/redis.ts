import { randomBytes } from "node:crypto";
import { RedisServer, type RedisServerOptions } from "./redis-server.ts";
import { services } from "./services.ts";

/** The address of the Redis all test files share. It keeps nothing on disk; never flush it. */
export function redisUrl(): string {
  return services().redisUrl;
}

/** A key prefix nobody else uses, such as `"t3f9c01ab:"`: one per test file or test. */
export function redisKeyPrefix(): string {
  return `t${randomBytes(4).toString("hex")}:`;
}

/** A Redis of one's own, to be flushed, killed, paused or restarted at will. Stop it in the end. */
export function startRedis(options?: RedisServerOptions): Promise<RedisServer> {
  return RedisServer.start(services().executables.redis, options);
}
