import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { PostgresServer, type PostgresServerOptions } from "./postgres-server.ts";
import { services } from "./services.ts";

export interface TestDatabase {
  url: string;
  /** Removes it, ending the connections that are left. */
  drop(): Promise<void>;
}

export interface DatabaseOptions {
  /** Brings an empty database to the state the tests start from. Runs once per run of the tests. */
  migrated?: (url: string) => Promise<void>;
  /** Tells several `migrated` apart: lower-case letters, digits, `_`. Default `"migrated"`. */
  template?: string;
}

/** A new database on the Postgres all test files share; empty unless `migrated` is given. */
export async function createDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const { databaseUrl, run } = services();
  const name = `parley_test_${run}_${randomBytes(4).toString("hex")}`;
  await administer(databaseUrl, async (client) => {
    const template = options.migrated
      ? await ensureTemplate(client, options.migrated, options.template)
      : "template1";
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    url: withDatabase(databaseUrl, name),
    drop: () =>
      administer(databaseUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** A Postgres of one's own, to be killed, paused or restarted at will. Stop it in the end. */
export function startPostgres(options?: PostgresServerOptions): Promise<PostgresServer> {
  return PostgresServer.start(services().executables.postgres, options);
}

/** Builds the template unless another test file has, and returns its name. */
async function ensureTemplate(
  client: Client,
  migrated: (url: string) => Promise<void>,
  label = "migrated",
): Promise<string> {
  const { databaseUrl, run } = services();
  const name = `parley_test_${run}_template_${label}`;
  // Held by this connection: a test file that dies while it builds lets the next one build.
  await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [name]);
  const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  if (rowCount === 0) {
    const unfinished = `${name}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    await migrated(withDatabase(databaseUrl, unfinished));
    // Nobody may be connected to a template while it is copied.
    await client.query(`ALTER DATABASE ${unfinished} ALLOW_CONNECTIONS false`);
    await endConnections(client, unfinished);
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
  }
  await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [name]);
  return name;
}

/** Also waits for them: a backend that was told to end is there a little longer. */
async function endConnections(client: Client, database: string): Promise<void> {
  await client.query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1",
    [database],
  );
}

async function administer(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
