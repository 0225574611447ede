import { randomBytes } from "node:crypto";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { makeDataTemplate } from "./support/data-folder.ts";
import { forgetLines } from "./support/log-folder.ts";
import { PostgresServer } from "./support/postgres-server.ts";
import { provision } from "./support/provision.ts";
import { RedisServer } from "./support/redis-server.ts";
import type { Services } from "./support/services.ts";

const { PARLEY_TEST_SERVICES, PARLEY_TEST_REDIS_URL, PARLEY_TEST_DATABASE_URL, CI } = process.env;

/**
 * Gives the tests a Redis and a Postgres: the ones the environment names, else new ones that end
 * with the run. Vitest calls it only when a test of the project "services" was selected.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  if (PARLEY_TEST_SERVICES === "off") {
    if (CI) throw oneLine(new Error("PARLEY_TEST_SERVICES=off is for local runs, not for CI"));
    project.provide("services", "off");
    return async () => {};
  }
  forgetLines();
  await makeDataTemplate();
  const run = randomBytes(4).toString("hex");
  const executables = findExecutables();
  const [redis, postgres] = await Promise.all([
    PARLEY_TEST_REDIS_URL ? undefined : RedisServer.start(executables.redis),
    PARLEY_TEST_DATABASE_URL ? undefined : PostgresServer.start(executables.postgres),
  ]);
  const services: Services = {
    run,
    redisUrl: PARLEY_TEST_REDIS_URL ?? (redis as RedisServer).url,
    databaseUrl: PARLEY_TEST_DATABASE_URL ?? (postgres as PostgresServer).url(),
    executables,
  };
  project.provide("services", services);
  return async () => {
    if (!postgres) await dropDatabases(services);
    await Promise.all([redis?.stop(), postgres?.stop()]);
  };
}

function findExecutables(): Services["executables"] {
  try {
    return provision();
  } catch (error) {
    throw oneLine(error as Error);
  }
}

/** Vitest prints the stack; there is nothing in it for who lacks a package. */
function oneLine(error: Error): Error {
  error.stack = error.message;
  return error;
}

/** Removes what the run left on a server that stays. */
async function dropDatabases({ databaseUrl, run }: Services): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
      [`parley_test_${run}_`],
    );
    for (const { datname } of rows) {
      await client.query(`ALTER DATABASE ${datname} IS_TEMPLATE false`);
      await client.query(`DROP DATABASE ${datname} WITH (FORCE)`);
    }
  } finally {
    await client.end();
  }
}
