import { createDatabase, type TestDatabase } from "./postgres.ts";
import { redisKeyPrefix, redisUrl } from "./redis.ts";
import { startService, type TestService } from "./service.ts";
import { type Traffic, WireMeter } from "./wire-meter.ts";

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

/** Traffic with each store. */
export type Cost = Readonly<Record<"postgres" | "redis", Traffic>>;

/** A service on Postgres and Redis of its own, with a meter before each. */
export class MeteredService {
  readonly database: TestDatabase;
  readonly #service: TestService;
  readonly #postgres: WireMeter;
  readonly #redis: WireMeter;

  private constructor(
    database: TestDatabase,
    service: TestService,
    postgres: WireMeter,
    redis: WireMeter,
  ) {
    this.database = database;
    this.#service = service;
    this.#postgres = postgres;
    this.#redis = redis;
  }

  static async start(): Promise<MeteredService> {
    const database = await createDatabase();
    const [databaseUrl, cacheUrl] = [new URL(database.url), new URL(redisUrl())];
    const postgres = await WireMeter.start(Number(databaseUrl.port), "postgres", CHORES);
    const redis = await WireMeter.start(Number(cacheUrl.port), "redis");
    databaseUrl.port = String(postgres.port);
    cacheUrl.port = String(redis.port);
    const service = await startService({
      DATABASE_URL: databaseUrl.href,
      REDIS_URL: cacheUrl.href,
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
    });
    return new MeteredService(database, service, postgres, redis);
  }

  get url(): string {
    return this.#service.url;
  }

  /** What a piece of work costs, once everything it needs was needed before. */
  async costOf(work: () => Promise<void>): Promise<Cost> {
    for (let warm = 0; warm < 3; warm++) await work();
    const costs: Cost[] = [];
    // A poll may fall into one of them, and on a busy machine a copy may grow stale before another.
    for (let round = 0; round < 12; round++) {
      this.#postgres.take();
      this.#redis.take();
      await work();
      costs.push({ postgres: this.#postgres.take(), redis: this.#redis.take() });
    }
    return costs.toSorted((one, other) => total(one) - total(other))[0]!;
  }

  async close(): Promise<void> {
    await this.#service.close();
    await Promise.all([this.#postgres.close(), this.#redis.close()]);
    await this.database.drop();
  }
}

function total({ postgres, redis }: Cost): number {
  return postgres.requests * 1e6 + redis.requests * 1e6 + postgres.bytes + redis.bytes;
}
