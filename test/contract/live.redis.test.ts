import { Redis } from "ioredis";
import { openRedisView } from "../../src/live/index.ts";
import { sessionKeys } from "../../src/live/keys.ts";
import type { LiveView } from "../../src/live/port.ts";
import { redisKeyPrefix, startRedis } from "../support/redis.ts";
import { describeWithServices } from "../support/services.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type LiveSubject, liveContract, type OutsideFaults } from "./live.ts";

const TAIL = { events: 16, bytes: 3_000 };
const BOUND_MS = 500;
const SILENCE_MS = 300;
/** Wider than the defaults: the machine that runs the tests may be busy. */
const LIMITS = { readLimitMs: 400, installLimitMs: 400 };

async function open(): Promise<LiveSubject> {
  const server = await startRedis();
  const proxy = await TcpProxy.start(server.port);
  const prefix = redisKeyPrefix();
  const others: LiveView[] = [];
  const openAt = (port: number) =>
    openRedisView({
      redis: `redis://127.0.0.1:${port}`,
      prefix,
      boundMs: BOUND_MS,
      tail: TAIL,
      silenceMs: SILENCE_MS,
      ...LIMITS,
    });
  const view = await openAt(proxy.port);
  const admin = new Redis(server.port);
  admin.on("error", () => {}); // the server is killed on purpose
  let dump: Uint8Array | undefined;

  const outside: OutsideFaults = {
    async another() {
      const other = await openAt(server.port);
      others.push(other);
      return other;
    },
    async remember() {
      dump = await server.saveDump();
    },
    restartOlder: () => server.restart(dump),
    stall: () => server.pause(),
    resume: () => server.resume(),
    cutOff: async () => proxy.refuse(),
    mend: async () => proxy.accept(),
  };
  return {
    view,
    boundMs: BOUND_MS,
    tail: TAIL,
    silenceMs: SILENCE_MS,
    faults: {
      drop: async ({ key }) => {
        await admin.del(sessionKeys(prefix, key).head);
      },
      empty: async () => {
        await admin.flushall();
      },
      outside,
    },
    async close() {
      admin.disconnect();
      await Promise.all([view, ...others].map((each) => each.close()));
      await proxy.close();
      await server.stop();
    },
  };
}

liveContract("redis", open, describeWithServices);
