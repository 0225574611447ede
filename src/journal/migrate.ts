import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type pg from "pg";
import type { Database } from "./database.ts";
import { accessRefused, leavesOpen, NotConnected, translated } from "./failure.ts";

/** The database and this code do not fit; the message says why in one line. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

export interface MigrateOptions {
  /** False to refuse a database that lacks migrations. Default true. */
  readonly apply?: boolean;
  /** Folder of `NNNN_name.sql`. Default: the one of this code. */
  readonly folder?: URL;
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

/** Key of the advisory lock that migrating processes take: "parley" in ASCII. */
export const MIGRATION_LOCK = 0x7061726c6579;

/** How long to wait for another process that migrates, and for one migration. */
const PATIENCE_MS = 600_000;

const MIGRATIONS = new URL("../../migrations/", import.meta.url);

/**
 * Brings the database to the schema of this code and says which migrations that
 * took. Several processes may do it at once: one does, the others wait. Rejects
 * with `unavailable` if the server is away, with `AccessRefused` if it refuses.
 *
 * A migration runs in a transaction, unless its first line is
 * `-- no-transaction`; such a file holds one statement.
 */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<string[]> {
  const migrations = await readMigrations(options.folder ?? MIGRATIONS);
  let connection: pg.PoolClient;
  try {
    connection = await database.writes.connect();
  } catch (error) {
    const failure = new NotConnected("no connection to the journal", { cause: error });
    throw accessRefused(error) ?? translated(failure);
  }
  try {
    return await migrateOver(connection, migrations, options.apply ?? true);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    if (leavesOpen(error)) throw translated(new NotConnected("lost", { cause: error }));
    throw accessRefused(error) ?? error;
  } finally {
    // Its time limits are not those of the journal any more.
    connection.release(true);
  }
}

async function migrateOver(
  connection: pg.ClientBase,
  migrations: readonly Migration[],
  apply: boolean,
): Promise<string[]> {
  await connection.query(
    `SET statement_timeout = ${PATIENCE_MS}; SET lock_timeout = ${PATIENCE_MS}`,
  );
  await connection.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
  try {
    const pending = await pendingMigrations(connection, migrations);
    if (pending.length > 0 && !apply) {
      throw new MigrationError(
        `the database lacks ${pending.map(({ name }) => name).join(", ")}: run the migrations first`,
      );
    }
    for (const migration of pending) await applyMigration(connection, migration);
    return pending.map(({ name }) => name);
  } finally {
    await connection.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]);
  }
}

/** Checks what was applied against what this code has, and gives the rest. */
async function pendingMigrations(
  connection: pg.ClientBase,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  await connection.query(`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      name text COLLATE "C" PRIMARY KEY,
      hash text NOT NULL,
      applied_at timestamptz NOT NULL
    )`);
  const { rows } = await connection.query<{ name: string; hash: string }>(
    "SELECT name, hash FROM schema_migrations ORDER BY name",
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, hash } of rows) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw new MigrationError(`the database is ahead of this code: it has ${name}`);
    }
    if (migration.hash !== hash) {
      throw new MigrationError(`${name} was edited after it was applied`);
    }
  }
  const applied = new Set(rows.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !applied.has(name));
  const last = rows.at(-1)?.name ?? "";
  const late = pending.find(({ name }) => name < last);
  if (late)
    throw new MigrationError(`${late.name} comes before ${last}, which was applied already`);
  return pending;
}

async function applyMigration(connection: pg.ClientBase, migration: Migration): Promise<void> {
  const transaction = !migration.text.startsWith("-- no-transaction");
  if (transaction) await connection.query("BEGIN");
  try {
    await connection.query(migration.text);
    await connection.query("INSERT INTO schema_migrations VALUES ($1, $2, now())", [
      migration.name,
      migration.hash,
    ]);
    if (transaction) await connection.query("COMMIT");
  } catch (error) {
    if (transaction && !leavesOpen(error)) await connection.query("ROLLBACK");
    throw error;
  }
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), "utf8");
      return { name, text, hash: createHash("sha256").update(text).digest("hex") };
    }),
  );
}
