import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { haveRealDialogues, madeDialogues, realDialogues } from "../support/dialogues.ts";
import { expectStored } from "../support/equal-dialogues.ts";
import { startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres-server.ts";
import { type ParleyProcess, startParley } from "../support/process.ts";
import { startRedis } from "../support/redis.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { rest, uniqueUser } from "../support/rest.ts";
import { describeWithServices } from "../support/services.ts";
import { grpcClients, storeDialogues } from "../support/writers.ts";

const STALENESS_MS = 2000;

describeWithServices("two servers on Redis and Postgres", () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let one: ParleyProcess;
  let two: ParleyProcess;

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
    const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url("postgres") };
    one = await startParley({ env });
    two = await startParley({ env });
  });
  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await Promise.all([redis.stop(), postgres.stop()]);
  });

  const dialogues = haveRealDialogues ? realDialogues() : madeDialogues(60);
  const real = haveRealDialogues ? "the real dialogues" : "dialogues of our own";

  /** Stores dialogues while something is done to Redis, and reads them back from both servers. */
  async function storeWhile(during: () => Promise<void>): Promise<void> {
    const user = uniqueUser();
    const some = dialogues.slice(0, 100).map((d) => ({ ...d, id: `${d.id}-${user}` }));
    const [ledger] = await Promise.all([storeDialogues(one.url, user, some), during()]);
    expect(ledger.size).toBe(some.length);
    for (const query of ["", "&consistency=strong"]) {
      await expectStored(one.url, user, ledger, query);
      await expectStored(two.url, user, ledger, query);
    }
  }

  const liveState = async () => (await rest(one.url).get("/readyz")).body.stores.live;

  describe(`${real} are stored without an error and read back equal while Redis`, () => {
    it("is emptied", { timeout: 120_000 }, () =>
      storeWhile(async () => {
        for (let i = 0; i < 5; i++) {
          await pause(200);
          await redis.flush();
        }
      }),
    );

    it("restarts from an older dump", { timeout: 120_000 }, async () => {
      const user = uniqueUser();
      const client = rest(one.url, { "x-user-id": user });
      const { body } = await client.post("/api/v1/sessions", { title: "old" });
      const path = `/api/v1/sessions/${body.session_id}`;
      const dump = await redis.saveDump();
      const renamed = await client.patch(path, { title: "new" });
      expect(renamed.body.title).toBe("new");
      await storeWhile(() => redis.restart(dump));
      const query = `?at_least_version=${renamed.body.version}`;
      for (const server of [one, two]) {
        const other = rest(server.url, { "x-user-id": user });
        expect((await other.get(path + query)).body.title).toBe("new");
        expect((await other.get(`${path}?consistency=strong`)).body.title).toBe("new");
      }
    });

    it("does not answer", { timeout: 120_000 }, () =>
      storeWhile(async () => {
        await pause(100);
        redis.pause();
        await pause(2000);
        redis.resume();
      }),
    );

    it("is stopped, and after it is back", { timeout: 120_000 }, async () => {
      await storeWhile(() => redis.kill());
      expect(await liveState()).not.toBe("ready");
      await redis.restart("nothing");
      await expect.poll(liveState, { timeout: 10_000 }).toBe("ready");
      await storeWhile(async () => {});
    });
  });

  it("see each other's writes as soon as they are acknowledged, while nothing fails", async () => {
    const user = uniqueUser();
    const [a, b] = [one, two].map((server) => rest(server.url, { "x-user-id": user }));
    const { body } = await a!.post("/api/v1/sessions", { title: "0" });
    const path = `/api/v1/sessions/${body.session_id}`;
    for (let i = 1; i <= 100; i++) {
      const [writer, reader] = i % 2 === 0 ? [a!, b!] : [b!, a!];
      const written = await writer.patch(path, { title: String(i) });
      expect(written.status).toBe(200);
      expect((await reader.get(path)).body).toEqual(written.body);
    }
  });

  it("are within the bound of each other when one cannot reach Redis, and current when asked", {
    timeout: 60_000,
  }, async () => {
    const user = uniqueUser();
    const env = { REDIS_URL: "redis://127.0.0.1:1", DATABASE_URL: postgres.url("postgres") };
    const cutOff = await startParley({ env });
    const [a, b] = [cutOff, two].map((server) => rest(server.url, { "x-user-id": user }));
    const { body } = await a!.post("/api/v1/sessions", { title: "before" });
    const path = `/api/v1/sessions/${body.session_id}`;
    expect((await b!.get(path)).body.title).toBe("before");
    const { body: after } = await a!.patch(path, { title: "after" });
    expect((await b!.get(`${path}?consistency=strong`)).body.title).toBe("after");
    expect((await b!.get(`${path}?at_least_version=${after.version}`)).body.title).toBe("after");
    const { body: last } = await a!.patch(path, { title: "last" });
    const acknowledged = Date.now();
    expect((await a!.get(path)).body.title).toBe("last");
    await expect
      .poll(async () => (await b!.get(path)).body.title, { timeout: 5000, interval: 20 })
      .toBe("last");
    expect(Date.now() - acknowledged).toBeLessThan(STALENESS_MS + 1500);
    expect((await b!.get(path)).body.version).toBe(last.version);
    await cutOff.stop();
  });

  it("keep every acknowledged append once when Postgres restarts in the middle of a load", {
    timeout: 120_000,
  }, async () => {
    const user = uniqueUser();
    const client = rest(two.url, { "x-user-id": user });
    const { body: session } = await client.post("/api/v1/sessions", {});
    const sessionId = session.session_id;
    const acknowledged: string[] = [];
    const clients = grpcClients(one.url, user);
    let stop = false;
    const writers = Array.from({ length: 16 }, async (_, w) => {
      for (let i = 0; !stop; i++) {
        const content = `${w}-${i}`;
        const request = { sessionId, messages: [{ role: 1, content }], requestId: content };
        for (let done = false; !done; ) {
          done = await clients.conversation.appendMessages(request).then(
            () => true,
            (error) => {
              expect(error.code).toBe(14);
              return false;
            },
          );
          if (!done) await pause(50);
        }
        acknowledged.push(content);
      }
    });
    for (const end of ["restart", "kill"] as const) {
      const before = acknowledged.length;
      await expect
        .poll(() => acknowledged.length, { timeout: 30_000 })
        .toBeGreaterThan(before + 200);
      if (end === "kill") await postgres.kill();
      await postgres.restart();
    }
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 200);
    stop = true;
    await Promise.all(writers);
    clients.close();
    const stored: string[] = [];
    for (let after = 1, more = true; more; ) {
      const page = (
        await client.get(
          `/api/v1/sessions/${sessionId}/log?limit=1000&after_seq=${after}&consistency=strong`,
        )
      ).body;
      for (const event of page.events) {
        expect(event.seq).toBe(++after);
        stored.push(event.message.content);
      }
      more = page.has_more;
    }
    expect(stored.toSorted()).toEqual(acknowledged.toSorted());
  });

  it("serve live sessions, marked stale, and refuse writes while Postgres is down", {
    timeout: 60_000,
  }, async () => {
    const user = uniqueUser();
    const client = rest(one.url, { "x-user-id": user });
    const { body } = await client.post("/api/v1/sessions", { title: "live" });
    const path = `/api/v1/sessions/${body.session_id}`;
    await client.post(`${path}/messages`, { messages: [{ role: "user", content: "hi" }] });
    await redis.flush();
    expect((await client.get(`${path}/messages`)).body.total).toBe(1);
    await postgres.kill();
    await pause(STALENESS_MS + 200);
    const began = performance.now();
    const read = await client.get(path);
    expect(performance.now() - began).toBeLessThan(1500);
    expect(read).toMatchObject({ status: 200, body: { title: "live" } });
    expect(read.headers.get("parley-stale")).toBe("true");
    expect((await client.get(`${path}/messages`)).body.messages).toMatchObject([{ content: "hi" }]);
    const refusals = await Promise.all([
      client.get(`${path}?consistency=strong`),
      client.patch(path, { title: "x" }),
      client.post(`${path}/messages`, { messages: [{ role: "user", content: "lost" }] }),
      client.post("/api/v1/sessions", {}),
      client.get("/api/v1/sessions"),
    ]);
    for (const refused of refusals) {
      expect(refused).toMatchObject({ status: 503, body: { error: "unavailable", code: 503 } });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    await postgres.restart();
    await expect
      .poll(async () => (await client.patch(path, { title: "back" })).status, { timeout: 20_000 })
      .toBe(200);
    expect((await client.get(`${path}/messages`)).body.total).toBe(1);
  });
});
