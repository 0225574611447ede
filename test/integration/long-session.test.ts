import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgresJournal } from "../../src/journal/index.ts";
import { lengthen } from "../support/long-session.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import { sse } from "../support/sse.ts";
import { type Traffic, WireMeter } from "../support/wire-meter.ts";

const SHORT = 100;
const LONG = 100_000;

/** What runs by itself, whatever is asked. */
const CHORES = [
  "take_unindexed",
  "index_events",
  "let_go_indexed",
  "take_up_again",
  "due_sessions",
  "due_tasks",
  "packable_sessions",
  "expire_operations",
  "ping",
  "",
];

describeWithServices("a session of 100,000 events", () => {
  let database: TestDatabase;
  let postgres: WireMeter;
  let redis: WireMeter;
  let service: TestService;
  let client: RestClient;
  const user = uniqueUser();
  const ids = new Map<number, string>();

  beforeAll(async () => {
    database = await createDatabase();
    const [databaseUrl, cacheUrl] = [new URL(database.url), new URL(redisUrl())];
    postgres = await WireMeter.start(Number(databaseUrl.port), "postgres", CHORES);
    redis = await WireMeter.start(Number(cacheUrl.port), "redis");
    databaseUrl.port = String(postgres.port);
    cacheUrl.port = String(redis.port);
    service = await startService({
      DATABASE_URL: databaseUrl.href,
      REDIS_URL: cacheUrl.href,
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
    });
    client = rest(service.url, { "x-user-id": user });
    const journal = await openPostgresJournal({ url: database.url });
    for (const events of [SHORT, LONG]) {
      const { body } = await client.post("/api/v1/sessions", { context: { n: 0 } });
      ids.set(events, body.session_id);
      await lengthen(journal, { userId: user, sessionId: body.session_id, events });
    }
    await journal.close();
  }, 120_000);

  afterAll(async () => {
    await service.close();
    await Promise.all([postgres.close(), redis.close()]);
    await database.drop();
  });

  /** What one call costs, once everything it needs was needed before. */
  async function costOf(work: (path: string, events: number) => Promise<void>, events: number) {
    const path = `/api/v1/sessions/${ids.get(events)}`;
    for (let warm = 0; warm < 3; warm++) await work(path, events);
    const costs: Record<"postgres" | "redis", Traffic>[] = [];
    // A poll may fall into one of them, and on a busy machine a copy may grow stale before another.
    for (let round = 0; round < 12; round++) {
      postgres.take();
      redis.take();
      await work(path, events);
      costs.push({ postgres: postgres.take(), redis: redis.take() });
    }
    return costs.toSorted((one, other) => total(one) - total(other))[0]!;
  }

  it.each<[string, (path: string, events: number) => Promise<void>]>([
    [
      "an append",
      async (path) => {
        const messages = [{ role: "assistant", content: "one more" }];
        expect((await client.post(`${path}/messages`, { messages })).status).toBe(201);
      },
    ],
    [
      "the last 20 messages",
      async (path) => {
        const { body } = await client.get(`${path}/messages?last=20`);
        expect(body.messages).toHaveLength(20);
      },
    ],
    [
      "the last 20 messages, strong",
      async (path) => {
        const { body } = await client.get(`${path}/messages?last=20&consistency=strong`);
        expect(body.messages).toHaveLength(20);
      },
    ],
    [
      "a page of turns",
      async (path) => {
        const { body } = await client.get(`${path}/turns?limit=10`);
        expect(body.items).toHaveLength(10);
      },
    ],
    [
      "a page of turns from the middle",
      async (path, events) => {
        const { body } = await client.get(`${path}/turns?limit=10&offset=${events / 20}`);
        expect(body.items).toHaveLength(10);
      },
    ],
    [
      "the state at a seq",
      async (path, events) => {
        const { status, body } = await client.get(`${path}/state?at_seq=${events / 2}`);
        expect([status, body.seq]).toEqual([200, events / 2]);
      },
    ],
    [
      "the start of a watch",
      async (path) => {
        const leave = new AbortController();
        const url = `${service.url}${path}/watch`;
        for await (const { data } of sse(url, { "x-user-id": user }, leave.signal)) {
          expect(data.position.reason).toBe("open");
          break;
        }
        leave.abort();
      },
    ],
  ])("costs what one of 100 costs: %s", async (_, work) => {
    const short = await costOf(work, SHORT);
    const long = await costOf(work, LONG);
    for (const store of ["postgres", "redis"] as const) {
      expect(long[store].requests).toBeLessThanOrEqual(short[store].requests);
      // A state of the past is a remembered one and the events since, of which a short log has fewer.
      expect(long[store].rows).toBeLessThanOrEqual(short[store].rows + 2);
      // Greater numbers are longer by a few digits each.
      expect(long[store].bytes).toBeLessThan(short[store].bytes * 1.05 + 1024);
    }
  });
});

function total({ postgres, redis }: Record<"postgres" | "redis", Traffic>): number {
  return postgres.requests * 1e6 + redis.requests * 1e6 + postgres.bytes + redis.bytes;
}
