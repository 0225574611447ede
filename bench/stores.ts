import { PostgresServer } from "../test/support/postgres-server.ts";
import { type Executables, provision } from "../test/support/provision.ts";
import { RedisServer } from "../test/support/redis-server.ts";
import type { Teardown } from "./teardown.ts";

/** Where the measured service keeps its sessions. */
export interface Stores {
  readonly description: string;
  readonly embedded: boolean;
  /** As the service is configured with them. */
  readonly env: { readonly REDIS_URL?: string; readonly DATABASE_URL?: string };
}

const EMBEDDED: Stores = {
  description: "PGlite on disk and memory (embedded)",
  embedded: true,
  env: {},
};

// What Postgres has by default: the tests' own are smaller. fsync and synchronous_commit are on.
const POSTGRES_SETTINGS = { shared_buffers: "128MB" };

/**
 * Starts a Redis and a Postgres for this run, as the tests do. Where there are
 * none to start, `tell` hears why, and the run is an embedded one.
 */
export async function startStores(
  embedded: boolean,
  teardown: Teardown,
  tell: (line: string) => void,
): Promise<Stores> {
  const executables = embedded ? undefined : find(tell);
  if (executables === undefined) return EMBEDDED;
  const redis = await RedisServer.start(executables.redis);
  teardown.add(() => redis.stop());
  const postgres = await PostgresServer.start(executables.postgres, {
    settings: POSTGRES_SETTINGS,
  });
  teardown.add(() => postgres.stop());
  return {
    description: "Redis (nothing on disk) and Postgres (fsync on), started for this run",
    embedded: false,
    env: { REDIS_URL: redis.url, DATABASE_URL: postgres.url() },
  };
}

function find(tell: (line: string) => void): Executables | undefined {
  try {
    return provision();
  } catch (error) {
    tell(`Embedded, since there is no Redis and Postgres here. ${(error as Error).message}\n`);
    return undefined;
  }
}
