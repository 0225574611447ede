import pg from "pg";

/**
 * Where connections come from: the only thing in which Postgres and PGlite
 * differ. The pools may be one and the same.
 */
export interface Database {
  /** Carries the batches, one at a time. */
  readonly writes: pg.Pool;
  /** Carries the writes that must wait for somebody else's lock. */
  readonly waits: pg.Pool;
  /** Carries the copies of whole logs, one at a time. */
  readonly copies: pg.Pool;
  readonly reads: pg.Pool;
  readonly limits: Limits;
  /** True if no other process can write to it while it is open. */
  readonly exclusive: boolean;
  /**
   * True once this backend can no longer commit anything; ends it if need be.
   * Asked again until it is, on a connection made after the backend's broke.
   */
  isGone(backend: Backend, connection: pg.ClientBase): Promise<boolean>;
  /** Makes the room of deleted operations usable again, where nothing else does. */
  reclaim(): Promise<void>;
  close(): Promise<void>;
}

/** Times in milliseconds after which something counts as failed. */
export interface Limits {
  /** To get a connection. Default 2,000. */
  readonly connectMs: number;
  /** For one statement. Default 5,000. */
  readonly queryMs: number;
  /** For one that copies a whole log. Default 30,000. */
  readonly copyMs: number;
}

export const DEFAULT_LIMITS: Limits = { connectMs: 2000, queryMs: 5000, copyMs: 30_000 };

/** The server's process behind a connection; pids are used again, start times are not. */
export interface Backend {
  readonly pid: number;
  readonly startedAt: string;
}

const backends = new WeakMap<pg.ClientBase, Backend>();

/** The backend of a connection that a pool of `openPool` made. */
export function backendOf(connection: pg.ClientBase): Backend {
  const backend = backends.get(connection);
  if (backend === undefined) throw new Error("a connection that was never set up");
  return backend;
}

/**
 * Sequential scans are off because a plan is made once per connection and may
 * be made while the tables are still empty; every statement here has its index.
 */
const SETTINGS = `
  SET application_name = 'parley';
  SET TimeZone = 'UTC';
  SET enable_seqscan = off;
  SET plan_cache_mode = force_generic_plan;
`;

const WHO_AM_I = `
  SELECT pg_backend_pid() AS pid,
    (SELECT extract(epoch FROM backend_start)::text FROM pg_stat_activity
      WHERE pid = pg_backend_pid()) AS "startedAt"
`;

/** A pool whose connections are set up and known by their backend. */
export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...config, onConnect: setUp });
  // An idle connection that breaks is replaced when the next one is asked for.
  pool.on("error", () => {});
  return pool;
}

async function setUp(connection: pg.ClientBase): Promise<void> {
  // While it is in use the pool does not listen, and an unheard error ends the process.
  connection.on("error", () => {});
  await connection.query(SETTINGS);
  const { rows } = await connection.query<Backend>(WHO_AM_I);
  backends.set(connection, rows[0]!);
}

/** Breaks a connection off at once, whatever it is doing. */
export function cut(connection: pg.ClientBase): void {
  const { connection: wire } = connection as pg.ClientBase & {
    connection: { stream: { destroy(): void } };
  };
  wire.stream.destroy();
}
