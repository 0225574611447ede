import { databaseJournal } from "../../src/journal/database-journal.ts";
import { migrate } from "../../src/journal/migrate.ts";
import { PgliteDatabase } from "../../src/journal/pglite.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { type JournalStore, journalContract } from "./journal.ts";
import { FaultyEngine } from "./journal-pglite-faults.ts";

journalContract("PGlite", startStore);

async function startStore(): Promise<JournalStore> {
  const folder = temporaryFolder("pglite");
  let engine: FaultyEngine;
  let database: PgliteDatabase;
  return {
    open: async (clock = () => new Date()) => {
      engine = new FaultyEngine(folder);
      const limits = { connectMs: 500, queryMs: 1500, copyMs: 3000 };
      await engine.start();
      database = new PgliteDatabase(engine, undefined, limits);
      await migrate(database);
      return databaseJournal(database, clock);
    },
    execute: async (text, values) => {
      await database.writes.query(text, [...values]);
    },
    fault: (statement, fault) => engine.trap(statement, fault),
    goAway: () => engine.refuse(),
    comeBack: () => engine.accept(),
    stop: async () => removeFolder(folder),
  };
}
