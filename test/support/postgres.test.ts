import { Client } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createDatabase, startPostgres } from "./postgres.ts";
import type { PostgresServer } from "./postgres-server.ts";
import { describeWithServices } from "./services.ts";

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {}); // reported by the rejected query as well
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describeWithServices("databases of the shared Postgres", () => {
  it("are isolated and can be dropped", async () => {
    const [one, two] = await Promise.all([createDatabase(), createDatabase()]);
    await query(one.url, "CREATE TABLE note (text text)");
    await expect(query(two.url, "SELECT * FROM note")).rejects.toThrow(/does not exist/);
    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.url, "SELECT 1")).rejects.toThrow(/does not exist/);
  });

  it("start from a template that is built once, however many ask at once", async () => {
    let built = 0;
    const migrated = async (url: string) => {
      built++;
      await query(url, "CREATE TABLE note AS SELECT 'first' AS text");
    };
    const template = `once_${process.pid}`;
    const databases = await Promise.all(
      Array.from({ length: 4 }, () => createDatabase({ migrated, template })),
    );
    expect(built).toBe(1);
    for (const { url, drop } of databases) {
      expect(await query(url, "SELECT text FROM note")).toEqual([{ text: "first" }]);
      await drop();
    }
  });

  it("build the template again when building it failed", async () => {
    const template = `again_${process.pid}`;
    const failing = async (url: string) => {
      await query(url, "CREATE TABLE half (done boolean)");
      throw new Error("half way");
    };
    await expect(createDatabase({ migrated: failing, template })).rejects.toThrow("half way");
    const database = await createDatabase({ migrated: async () => {}, template });
    await expect(query(database.url, "SELECT * FROM half")).rejects.toThrow(/does not exist/);
    await database.drop();
  });
});

describeWithServices("a Postgres of one's own", () => {
  let server: PostgresServer;

  beforeEach(async () => {
    server = await startPostgres({ settings: { max_connections: 20 } });
  });
  afterEach(() => server.stop());

  it("keeps what was committed when it is killed and restarted", async () => {
    await query(server.url(), "CREATE TABLE note AS SELECT 'kept' AS text");
    await server.kill();
    await expect(query(server.url(), "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
    await server.restart();
    expect(await query(server.url(), "SELECT text FROM note")).toEqual([{ text: "kept" }]);
  });

  it("does not answer while it is paused, open connections included", async () => {
    const client = new Client({ connectionString: server.url() });
    await client.connect();
    server.pause();
    let answered = false;
    const answer = client.query("SELECT 1").then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    server.resume();
    await answer;
    expect(answered).toBe(true);
    await client.end();
  });
});
