import { Client } from "pg";
import { openPostgresJournal } from "../../src/journal/index.ts";
import { createDatabase } from "../support/postgres.ts";
import { describeWithServices } from "../support/services.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type JournalStore, journalContract } from "./journal.ts";

journalContract("Postgres", startStore, describeWithServices);

async function startStore(): Promise<JournalStore> {
  const database = await createDatabase();
  const address = new URL(database.url);
  const proxy = await TcpProxy.start(Number(address.port));
  address.port = String(proxy.port);
  return {
    open: (clock) =>
      openPostgresJournal({
        url: address.href,
        connectMs: 500,
        queryMs: 1500,
        copyMs: 3000,
        ...(clock && { clock }),
      }),
    execute: async (text, values) => {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query(text, [...values]);
      await client.end();
    },
    fault: (statement, fault) => proxy.trap(statement, fault),
    goAway: () => proxy.refuse(),
    comeBack: () => proxy.accept(),
    stop: async () => {
      await proxy.close();
      await database.drop();
    },
  };
}
