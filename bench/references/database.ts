import { join } from "node:path";
import type pg from "pg";
import { openPool } from "../../src/journal/database.ts";
import { databaseJournal } from "../../src/journal/database-journal.ts";
import { openPostgresJournal } from "../../src/journal/index.ts";
import { migrate } from "../../src/journal/migrate.ts";
import { PgliteEngine } from "../../src/journal/pglite/engine.ts";
import { PgliteDatabase } from "../../src/journal/pglite.ts";
import type { Journal } from "../../src/journal/port.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";

/** Connections of whoever makes a transaction per append. */
const CONNECTIONS = 16;

/** A journal, and connections to the same tables past it. */
export interface OpenDatabase {
  readonly journal: Journal;
  readonly pool: pg.Pool;
}

/** @param url of a Postgres; undefined: PGlite in a new folder, which has one connection for all */
export async function openDatabase(url: string | undefined): Promise<OpenDatabase> {
  if (url !== undefined) {
    const journal = await openPostgresJournal({ url });
    return { journal, pool: openPool({ connectionString: url, max: CONNECTIONS }) };
  }
  const engine = new PgliteEngine(join(temporaryFolder("bench"), "pglite"));
  const database = new PgliteDatabase(engine, undefined, {});
  await engine.start();
  await migrate(database);
  return { journal: databaseJournal(database, () => new Date()), pool: database.writes };
}
