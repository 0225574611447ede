import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRedisView } from "../../src/live/index.ts";
import { rateKeys } from "../../src/live/keys.ts";
import type { LiveView } from "../../src/live/port.ts";
import { Gate } from "../../src/live/redis/gate.ts";
import { take } from "../../src/live/redis/scripts.ts";
import { TokenBuckets } from "../../src/live/redis/token-buckets.ts";
import { redisKeyPrefix, redisUrl, startRedis } from "../support/redis.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { describeWithServices } from "../support/services.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { admitted, limit, newPayer, one, type RatesSubject, ratesContract } from "./rates.ts";

/** The script as it is, but for the time, which is the test's. */
async function open(): Promise<RatesSubject> {
  const prefix = redisKeyPrefix();
  const clock = `${prefix}clock`;
  const clients = [1, 2].map(() => new Redis(redisUrl()));
  const [admin] = clients as [Redis];
  const lua = take.lua.replace('redis.call("TIME")', `{ 0, redis.call("GET", "${clock}") * 1000 }`);
  expect(lua).not.toBe(take.lua);
  const gate = new Gate({ probe: async () => {}, probeEveryMs: 5_000 });
  const [rates, another] = clients.map(
    (client) =>
      new TokenBuckets(client, { take: { ...take, lua } }, gate, {
        prefix,
        limitMs: 5_000,
        onError: fail,
      }),
  ) as [TokenBuckets, TokenBuckets];
  await admin.set(clock, 1_000_000);
  return {
    rates,
    another,
    advance: async (ms) => {
      await admin.incrby(clock, ms);
    },
    empty: async () => {
      const names = await admin.keys(`${prefix}{*`);
      await admin.del(...names);
    },
    close: async () => {
      gate.close();
      for (const client of clients) client.disconnect();
    },
  };
}

function fail(error: unknown): never {
  throw error;
}

ratesContract("redis", open, describeWithServices);

describeWithServices("rates: redis, for itself", () => {
  const prefix = redisKeyPrefix();
  let server: RedisServer;
  let proxy: TcpProxy;
  let view: LiveView;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    proxy = await TcpProxy.start(server.port);
    admin = new Redis(server.port);
    view = await openRedisView({ redis: `redis://127.0.0.1:${proxy.port}`, prefix });
  });
  afterAll(async () => {
    await view.close();
    admin.disconnect();
    await proxy.close();
    await server.stop();
  });

  it("keeps a bucket no longer than it takes to be full", async () => {
    const payer = newPayer();
    await view.takeTokens(payer, one(limit()));
    const { user } = rateKeys(prefix, payer);
    const life = await admin.pttl(user);
    expect(life).toBeGreaterThan(0);
    expect(life).toBeLessThanOrEqual(1000);
    await expect.poll(() => admin.exists(user), { timeout: 5_000 }).toBe(0);
  });

  it("counts by the time of Redis", async () => {
    const payer = newPayer();
    const fast = one(limit({ perMinute: 6000, burst: 2 }));
    expect(await admitted(view, payer, fast, 2)).toBe(2);
    const wait = async () => {
      const { standings } = await view.takeTokens(payer, [{ ...fast[0]!, cost: 2 }]);
      return standings[0]!.waitMs;
    };
    expect(await wait()).toBeLessThanOrEqual(20);
    await expect.poll(wait, { interval: 5, timeout: 5_000 }).toBe(0);
  });

  it("asks Redis for far fewer calls than there are where a limit is wide", async () => {
    const payer = newPayer();
    const asked = async () => Number(/calls=(\d+)/.exec(await commandStats(admin))?.[1] ?? 0);
    const before = await asked();
    const wide = one(limit({ perMinute: 600_000 }));
    expect(await admitted(view, payer, wide, 2000)).toBe(2000);
    expect((await asked()) - before).toBeLessThan(200);
  });

  describe("away", () => {
    it("each process counts for itself, and nobody waits for long", async () => {
      const payer = newPayer();
      expect(await admitted(view, payer, one(limit()), 10)).toBe(10);
      await proxy.refuse();
      const started = performance.now();
      expect(await admitted(view, payer, one(limit()), 200)).toBe(60);
      // One time limit in all, and not one for each call.
      expect(performance.now() - started).toBeLessThan(2_000);
      await proxy.accept();
      const remaining = async () =>
        (await view.takeTokens(payer, [{ limit: limit(), cost: 0 }])).standings[0]!.remaining;
      await expect.poll(remaining, { timeout: 5_000 }).toBeGreaterThanOrEqual(50);
    });

    it("stalled: one call waits its time limit, the next ones not at all", async () => {
      server.pause();
      const started = performance.now();
      expect(await admitted(view, newPayer(), one(limit()), 100)).toBe(60);
      expect(performance.now() - started).toBeLessThan(2_000);
      server.resume();
      await expect.poll(() => view.ping().then(() => "back", String)).toBe("back");
    });
  });
});

async function commandStats(admin: Redis): Promise<string> {
  const stats = await admin.info("commandstats");
  return stats.split("\n").find((line) => line.startsWith("cmdstat_evalsha:")) ?? "";
}
