import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import type pg from "pg";
import type { Lane } from "../lane.ts";

export type Builder = NodePgDatabase;

/**
 * The query builder over a lane, so that its statements have the same limits.
 * It asks of a client only `query`. Prepare what it builds: it costs more than
 * half the throughput of a look-up to build it each time, and nothing prepared.
 */
export function builderOver(lane: Lane): Builder {
  const client = {
    query: (config: pg.QueryConfig, values: unknown[]) => lane.query({ ...config, values }),
  };
  return drizzle({ client: client as unknown as pg.Pool });
}
