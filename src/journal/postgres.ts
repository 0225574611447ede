import type pg from "pg";
import { type Backend, type Database, DEFAULT_LIMITS, type Limits, openPool } from "./database.ts";
import { databaseJournal } from "./database-journal.ts";
import { migrate } from "./migrate.ts";
import type { Journal } from "./port.ts";

export interface PostgresJournalOptions extends Partial<Limits> {
  /** `postgres://…`, straight to the server: prepared statements do not survive a pooler. */
  readonly url: string;
  /** Connections for reads; two more are for writes, and one for forks. Default 8. */
  readonly readConnections?: number;
  /** False to refuse a database that lacks migrations instead of applying them. Default true. */
  readonly migrate?: boolean;
  /** What stamps writes. Default: this machine's clock. */
  readonly clock?: () => Date;
}

/** How long a write waits for one lock before it counts as a failed attempt. */
const LOCK_MS = 1000;

/** How long the connection for copies is kept without one, since they are rare. */
const COPIES_IDLE_MS = 10_000;

/**
 * Opens the journal in Postgres 15 or newer. Rejects with `MigrationError` if
 * the database does not fit this code, at once with `AccessRefused` if there is
 * no such database or no access to it, with `unavailable` if the server cannot be
 * reached.
 */
export async function openPostgresJournal(options: PostgresJournalOptions): Promise<Journal> {
  const database = new PostgresDatabase(options);
  try {
    await migrate(database, { apply: options.migrate ?? true });
  } catch (error) {
    await database.close();
    throw error;
  }
  return databaseJournal(database, options.clock ?? (() => new Date()));
}

class PostgresDatabase implements Database {
  readonly exclusive = false;
  readonly limits: Limits;
  readonly writes: pg.Pool;
  readonly waits: pg.Pool;
  readonly copies: pg.Pool;
  readonly reads: pg.Pool;

  constructor(options: PostgresJournalOptions) {
    const { url, connectMs, queryMs, copyMs, readConnections } = options;
    this.limits = {
      connectMs: connectMs ?? DEFAULT_LIMITS.connectMs,
      queryMs: queryMs ?? DEFAULT_LIMITS.queryMs,
      copyMs: copyMs ?? DEFAULT_LIMITS.copyMs,
    };
    const config: pg.PoolConfig = {
      connectionString: url,
      connectionTimeoutMillis: this.limits.connectMs,
      statement_timeout: this.limits.queryMs,
      keepAlive: true,
    };
    const writing = { ...config, max: 1, idleTimeoutMillis: 0, lock_timeout: LOCK_MS };
    this.writes = openPool(writing);
    this.waits = openPool(writing);
    this.copies = openPool({
      ...writing,
      statement_timeout: this.limits.copyMs,
      idleTimeoutMillis: COPIES_IDLE_MS,
    });
    this.reads = openPool({ ...config, max: readConnections ?? 8 });
  }

  async isGone(backend: Backend, connection: pg.ClientBase): Promise<boolean> {
    const { rowCount } = await connection.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = $1 AND extract(epoch FROM backend_start)::text = $2`,
      [backend.pid, backend.startedAt],
    );
    return rowCount === 0;
  }

  /** Autovacuum does. */
  async reclaim(): Promise<void> {}

  async close(): Promise<void> {
    const pools = [this.writes, this.waits, this.copies, this.reads];
    await Promise.all(pools.map((pool) => pool.end()));
  }
}
