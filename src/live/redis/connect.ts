import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./address.ts";
import type { RedisClient } from "./script.ts";

/** A server that takes longer than this to accept a connection counts as away, ms. */
const CONNECT_LIMIT_MS = 2_000;

/**
 * Silence after which a connection with a question pending is taken for dead
 * and made anew, ms. Callers do not wait for it: the gate has its own limits.
 */
const SILENCE_LIMIT_MS = 5_000;

/**
 * How every connection behaves: nothing waits for a connection, nothing is sent
 * twice, and reconnecting never ends. A late command would do no harm; a caller
 * kept waiting would.
 */
const CONNECTION = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  connectTimeout: CONNECT_LIMIT_MS,
  socketTimeout: SILENCE_LIMIT_MS,
  keepAlive: 10_000,
  // After a fail-over the old master refuses to write: find the new one.
  reconnectOnError: (error) => error.message.startsWith("READONLY"),
} as const satisfies RedisOptions;

/** Not for the nodes of a cluster: their client asks them before they are connected. */
const CLIENT = { lazyConnect: true, enableOfflineQueue: false } as const;

/**
 * A client for an address, connecting. It never throws and never emits an
 * unhandled error: whoever asks something of it learns that it is away.
 * @param onError is told what goes wrong between questions.
 */
export function connectRedis(
  address: RedisAddress,
  connectionName: string,
  onError: (error: Error) => void,
): RedisClient {
  const client = construct(address, connectionName);
  client.on("error", onError);
  client.connect().catch(onError);
  return client;
}

/** Resolves when the client is connected, or after the time limit. */
export function whenReady(client: RedisClient, limitMs: number): Promise<void> {
  if (client.status === "ready") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    client.once("ready", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function construct(address: RedisAddress, connectionName: string): RedisClient {
  const login: RedisOptions = {
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && { tls: {} }),
    connectionName,
  };
  const [first] = address.hosts;
  switch (address.kind) {
    case "standalone":
      return new Redis({
        ...CLIENT,
        ...CONNECTION,
        ...login,
        ...first,
        db: address.db,
        retryStrategy: backoff,
      });
    case "sentinel":
      return new Redis({
        ...CLIENT,
        ...CONNECTION,
        ...login,
        sentinels: [...address.hosts],
        name: address.masterName!,
        ...(address.tls && { enableTLSForSentinelMode: true }),
        db: address.db,
        retryStrategy: backoff,
        sentinelRetryStrategy: backoff,
      });
    case "cluster":
      return new Cluster([...address.hosts], {
        ...CLIENT,
        shardedSubscribers: true,
        clusterRetryStrategy: backoff,
        // Slots move without a connection ending; asking is one small command.
        slotsRefreshInterval: 5_000,
        redisOptions: { ...CONNECTION, ...login },
      });
  }
}

/** 50 ms, doubling up to 1 s, and as much as a quarter less: replicas shall not knock together. */
function backoff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), 1_000) * (1 - Math.random() / 4);
}
