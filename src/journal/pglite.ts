import { join } from "node:path";
import type pg from "pg";
import { type Database, DEFAULT_LIMITS, type Limits, openPool } from "./database.ts";
import { databaseJournal } from "./database-journal.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { migrate } from "./migrate.ts";
import { PgliteEngine } from "./pglite/engine.ts";
import type { Journal } from "./port.ts";

export interface PgliteJournalOptions extends Partial<Limits> {
  /** Folder for its files, which is locked while it is open; undefined: in memory. */
  readonly dir?: string;
  /** What stamps writes. Default: this machine's clock. */
  readonly clock?: () => Date;
}

/**
 * Opens the journal in PGlite, in a thread of its own. Rejects with
 * `FolderInUse` if another process has the folder, with `MigrationError` if
 * what is in it does not fit this code.
 *
 * An acknowledged write survives a crash of the process; a power cut may lose
 * the last ones, since PGlite never forces its files to the disk.
 */
export async function openPgliteJournal(options: PgliteJournalOptions = {}): Promise<Journal> {
  const { dir } = options;
  const lock = dir === undefined ? undefined : await lockFolder(dir);
  const engine = new PgliteEngine(dir === undefined ? undefined : join(dir, "pglite"));
  const database = new PgliteDatabase(engine, lock, options);
  try {
    await engine.start();
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return databaseJournal(database, options.clock ?? (() => new Date()));
}

/** PGlite as a database: one connection for everything, which `pg` shares fairly. */
export class PgliteDatabase implements Database {
  readonly exclusive = true;
  readonly limits: Limits;
  readonly writes: pg.Pool;
  readonly waits: pg.Pool;
  readonly copies: pg.Pool;
  readonly reads: pg.Pool;
  readonly #engine: PgliteEngine;
  readonly #lock: FolderLock | undefined;

  constructor(engine: PgliteEngine, lock: FolderLock | undefined, options: Partial<Limits>) {
    this.#engine = engine;
    this.#lock = lock;
    const queryMs = options.queryMs ?? DEFAULT_LIMITS.queryMs;
    const copyMs = options.copyMs ?? DEFAULT_LIMITS.copyMs;
    // There is one connection, so getting it means waiting for a statement, which may be a copy.
    const connectMs = options.connectMs ?? Math.max(queryMs, copyMs);
    this.limits = { connectMs, queryMs, copyMs };
    const pool = openPool({
      stream: () => engine.connect(),
      user: "postgres",
      database: "postgres",
      ssl: false,
      max: 1,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: this.limits.connectMs,
    });
    this.writes = pool;
    this.waits = pool;
    this.copies = pool;
    this.reads = pool;
  }

  /** A connection is answered only after what the one before has sent is done. */
  async isGone(): Promise<boolean> {
    return true;
  }

  /** It has no background processes, so nobody else vacuums. */
  async reclaim(): Promise<void> {
    await this.writes.query("VACUUM operations");
  }

  async close(): Promise<void> {
    await this.writes.end();
    await this.#engine.close();
    await this.#lock?.release();
  }
}
