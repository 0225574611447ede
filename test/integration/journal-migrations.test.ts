import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client, type Pool } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Database, DEFAULT_LIMITS, openPool } from "../../src/journal/database.ts";
import { openPostgresJournal } from "../../src/journal/index.ts";
import { migrate } from "../../src/journal/migrate.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { describeWithServices } from "../support/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describeWithServices("migrations", () => {
  let test: TestDatabase;
  let database: Database;
  let pool: Pool;
  beforeEach(async () => {
    test = await createDatabase();
    pool = openPool({ connectionString: test.url, max: 4 });
    database = {
      writes: pool,
      waits: pool,
      copies: pool,
      reads: pool,
      limits: DEFAULT_LIMITS,
      exclusive: false,
      isGone: async () => true,
      reclaim: async () => {},
      close: () => pool.end(),
    };
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  function folderOf(files: Record<string, string>): URL {
    const folder = mkdtempSync(join(temporaryFolder("migrations"), "m-"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return pathToFileURL(`${folder}/`);
  }

  async function tables(): Promise<string[]> {
    const { rows } = await pool.query(
      "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
    );
    return rows.map(({ relname }) => relname);
  }

  const one = { "0001_one.sql": "CREATE TABLE one (n int); CREATE TABLE also (n int);" };
  const two = { ...one, "0002_two.sql": "CREATE TABLE two (n int)" };

  it("are applied once, in order, by one of several processes", async () => {
    const folder = folderOf(two);
    const applied = await Promise.all([1, 2, 3].map(() => migrate(database, { folder })));
    expect(applied.toSorted((a, b) => b.length - a.length)).toEqual([
      ["0001_one.sql", "0002_two.sql"],
      [],
      [],
    ]);
    expect(await tables()).toEqual(["also", "one", "schema_migrations", "two"]);
  });

  it("leave nothing of one that fails, and go on from there", async () => {
    const broken = { ...one, "0002_two.sql": "CREATE TABLE two (n int); SELECT no_such()" };
    await expect(migrate(database, { folder: folderOf(broken) })).rejects.toThrow(/no_such/);
    expect(await tables()).toEqual(["also", "one", "schema_migrations"]);
    expect(await migrate(database, { folder: folderOf(two) })).toEqual(["0002_two.sql"]);
  });

  it("refuse a database that is ahead", async () => {
    await migrate(database, { folder: folderOf(two) });
    await expect(migrate(database, { folder: folderOf(one) })).rejects.toThrow(
      "the database is ahead of this code: it has 0002_two.sql",
    );
  });

  it("refuse one that was edited, and one that comes too late", async () => {
    await migrate(database, { folder: folderOf(two) });
    const edited = { ...two, "0001_one.sql": "CREATE TABLE one (m int)" };
    await expect(migrate(database, { folder: folderOf(edited) })).rejects.toThrow(
      "0001_one.sql was edited after it was applied",
    );
    const late = { ...two, "0001_zero.sql": "SELECT 1" };
    await expect(migrate(database, { folder: folderOf(late) })).rejects.toThrow(
      "0001_zero.sql comes before 0002_two.sql, which was applied already",
    );
  });

  it("are only looked at if that is asked for", async () => {
    const folder = folderOf(one);
    await expect(migrate(database, { folder, apply: false })).rejects.toThrow(
      "the database lacks 0001_one.sql: run the migrations first",
    );
    expect(await tables()).toEqual(["schema_migrations"]);
    await migrate(database, { folder });
    expect(await migrate(database, { folder, apply: false })).toEqual([]);
  });

  it("run outside a transaction where their first line says so", async () => {
    const concurrent = `-- no-transaction\nCREATE INDEX CONCURRENTLY one_n ON one (n)`;
    const folder = folderOf({ ...one, "0002_index.sql": concurrent });
    expect(await migrate(database, { folder })).toEqual(["0001_one.sql", "0002_index.sql"]);
  });

  it("are found out by the journal as it opens", async () => {
    const { url } = test;
    await expect(openPostgresJournal({ url, migrate: false })).rejects.toThrow(
      "the database lacks",
    );
    const journal = await openPostgresJournal({ url });
    await journal.close();
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("INSERT INTO schema_migrations VALUES ('9999_later.sql', '', now())");
    await client.end();
    await expect(openPostgresJournal({ url })).rejects.toMatchObject({ name: "MigrationError" });
  });

  it("cannot start on a server that is away", async () => {
    const address = new URL(test.url);
    address.port = "1";
    await expect(openPostgresJournal({ url: address.href })).rejects.toMatchObject({
      reason: "unavailable",
      cause: { message: expect.stringContaining("ECONNREFUSED") },
    });
  });
});
