import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgresJournal } from "../../src/journal/index.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { describeWithServices } from "../support/services.ts";

describeWithServices("a Postgres that answers and refuses", () => {
  const role = `reader_${randomBytes(4).toString("hex")}`;
  let database: TestDatabase;
  let admin: Client;
  beforeAll(async () => {
    database = await createDatabase();
    admin = new Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(`CREATE ROLE ${role} LOGIN`);
  });
  afterAll(async () => {
    await admin.query(`DROP ROLE ${role}`);
    await admin.end();
    await database.drop();
  });

  function urlWith(change: Partial<Pick<URL, "hostname" | "port" | "pathname" | "username">>) {
    return Object.assign(new URL(database.url), { password: "s3cret", ...change }).href;
  }

  async function refusalAt(url: string): Promise<string> {
    const started = performance.now();
    const error = await openPostgresJournal({ url }).then(
      () => new Error("it was opened"),
      (reason: Error) => reason,
    );
    expect(performance.now() - started).toBeLessThan(1500);
    expect(error.name).toBe("AccessRefused");
    expect(error.message).not.toMatch(/s3cret|\n/);
    return error.message;
  }

  it("because it has no such database", async () => {
    const message = await refusalAt(urlWith({ pathname: "/no_such" }));
    expect(message).toMatch(/^Postgres refuses: no such database \(3D000: .*"no_such"/);
  });

  it("because it knows no such user", async () => {
    const message = await refusalAt(urlWith({ username: "nobody_here" }));
    expect(message).toMatch(/^Postgres refuses: wrong credentials \(28000: .*"nobody_here"/);
  });

  it("because its user may create nothing", async () => {
    const message = await refusalAt(urlWith({ username: role }));
    expect(message).toMatch(/^Postgres refuses: missing privileges \(42501: .*schema public/);
  });

  it("because the password is another", async () => {
    const fields = ["SFATAL", "C28P01", 'Mpassword authentication failed for user "parley"', ""];
    const body = Buffer.from(fields.map((field) => `${field}\0`).join(""));
    const header = Buffer.from("E\0\0\0\0");
    header.writeInt32BE(body.length + 4, 1);
    // The one the tests share trusts everybody, so this one only plays the refusal.
    const server = createServer((socket) => {
      socket.once("data", () => socket.end(Buffer.concat([header, body])));
      socket.on("error", () => {}); // the client hangs up as it likes
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = String((server.address() as AddressInfo).port);
    const message = await refusalAt(urlWith({ hostname: "127.0.0.1", port }));
    expect(message).toMatch(/^Postgres refuses: wrong credentials \(28P01: /);
    server.close();
  });
});
