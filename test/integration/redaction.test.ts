import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import { sse } from "../support/sse.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const STALENESS_MS = 500;

/** What no other text has, and no JSON or protobuf writes otherwise. */
const SECRET = "xyloquartz";

describeWithServices("a redacted message", () => {
  let redis: RedisServer;
  let admin: Redis;
  let database: TestDatabase;
  let client: Client;
  let proxy: TcpProxy;
  /** The first reaches Redis through the proxy, the second directly. */
  let services: TestService[];
  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.port);
    proxy = await TcpProxy.start(redis.port);
    database = await createDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    const env = { DATABASE_URL: database.url, PARLEY_LIVE_STALENESS: `${STALENESS_MS}ms` };
    const viaProxy = `redis://127.0.0.1:${proxy.port}`;
    services = [
      await startService({ ...env, REDIS_URL: viaProxy }),
      await startService({ ...env, REDIS_URL: redis.url }),
    ];
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.close()));
    await client.end();
    admin.disconnect();
    await Promise.all([proxy.close(), database.drop()]);
    await redis.stop();
  });

  let user: string;
  let clients: RestClient[];
  let path: string;
  beforeEach(async () => {
    proxy.accept();
    user = uniqueUser();
    clients = services.map(({ url }) => rest(url, { "x-user-id": user }));
    const { body } = await clients[0]!.post("/api/v1/sessions", { title: "T" });
    path = `/api/v1/sessions/${body.session_id}`;
  });

  /** A turn whose answer, at seq 4, holds the secret in every place a message has. */
  async function converse(): Promise<void> {
    const [one] = clients;
    await one!.post(`${path}/turns`, { user_message: "question" });
    const secret = {
      role: "assistant",
      content: SECRET,
      name: SECRET,
      metadata: { [SECRET]: SECRET },
      parts: [
        { text: SECRET },
        { file: { uri: `https://${SECRET}/` } },
        { tool_call: { call_id: "c", name: SECRET, input: { x: SECRET } } },
        { data: [SECRET] },
      ],
      attachments: [{ filename: SECRET, thumbnail: Buffer.from(SECRET).toString("base64") }],
    };
    const messages = [secret, { role: "tool", content: "after" }];
    expect((await one!.post(`${path}/messages`, { messages })).status).toBe(201);
    await one!.patch(`${path}/state`, { variables: { a: 1 } });
    await one!.post(`${path}/turns/1/end`, { outcome: "done" });
  }

  /** Tables of the journal that hold the secret, as text or in bytes. */
  async function tablesWithSecret(): Promise<string[]> {
    const { rows } = await client.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const texts = [SECRET, Buffer.from(SECRET).toString("hex")].map((text) => `%${text}%`);
    const found: string[] = [];
    for (const { name } of rows) {
      const sought = `SELECT FROM ${name} t WHERE t::text LIKE ANY ($1)`;
      if ((await client.query(sought, [texts])).rowCount !== 0) found.push(name);
    }
    return found;
  }

  /** Keys of Redis whose values hold the secret. */
  async function keysWithSecret(): Promise<string[]> {
    const found: string[] = [];
    for (const key of await admin.keys("*")) {
      const type = await admin.type(key);
      const values = await valuesOf(key, type);
      if (values.some((value) => value.includes(SECRET))) found.push(key);
    }
    return found;
  }

  async function valuesOf(key: string, type: string): Promise<Buffer[]> {
    switch (type) {
      case "string":
        return [(await admin.getBuffer(key)) ?? Buffer.alloc(0)];
      case "list":
        return admin.lrangeBuffer(key, 0, -1);
      case "hash":
        return Object.values(await admin.hgetallBuffer(key));
      case "zset":
        return admin.zrangeBuffer(key, "0", "-1");
      case "set":
        return admin.smembersBuffer(key);
      default:
        throw new Error(`a key of type ${type}`);
    }
  }

  /** Views of the session in which a server shows the secret. */
  async function viewsWithSecret(n: number): Promise<string[]> {
    const views = [
      "/messages",
      "/messages?last=5",
      "/messages/4",
      "/turns",
      "/turns/1",
      "/events?include_payload=true",
      "/log",
      "/state",
      "",
    ];
    const answers = await Promise.all(views.map((view) => clients[n]!.get(path + view)));
    return views.filter((_, i) => {
      expect(answers[i]!.status).toBe(200);
      return JSON.stringify(answers[i]!.body).includes(SECRET);
    });
  }

  /** What a watcher that comes now is told from the start, up to a seq. */
  async function watched(n: number, upToSeq: number): Promise<string> {
    const leave = new AbortController();
    const told: unknown[] = [];
    const url = `${services[n]!.url}${path}/watch?after_seq=0`;
    try {
      for await (const { data } of sse(url, { "x-user-id": user }, leave.signal)) {
        told.push(data);
        if (data.event?.seq === upToSeq) break;
      }
    } finally {
      leave.abort();
    }
    return JSON.stringify(told);
  }

  it("is in no table and under no key, in no answer and in nothing that is told later", async () => {
    await converse();
    const before = [await tablesWithSecret(), await keysWithSecret()];
    expect(before[0]).toContain("session_events");
    expect(before[1]!.length).toBeGreaterThan(0);
    expect((await viewsWithSecret(0)).length).toBeGreaterThan(4);
    expect(await watched(0, 7)).toContain(SECRET);

    expect((await clients[0]!.delete(`${path}/messages/4`)).status).toBe(200);
    expect(await keysWithSecret()).toEqual([]);
    for (const n of [0, 1]) {
      expect(await viewsWithSecret(n)).toEqual([]);
      const told = await watched(n, 8);
      expect(told).not.toContain(SECRET);
      expect(told).toContain('"redacted":true');
    }
    // The words of the search follow the log a moment later.
    await expect.poll(tablesWithSecret, { timeout: 10_000 }).toEqual([]);
  });

  it("is not in the answer that a retry of its append gets", async () => {
    const request = { messages: [{ role: "user", content: SECRET }], request_id: "append" };
    const first = await clients[0]!.post(`${path}/messages`, request);
    expect(first.body.messages[0].content).toBe(SECRET);
    await clients[0]!.delete(`${path}/messages/2`);
    const retry = await clients[1]!.post(`${path}/messages`, request);
    expect(retry.body).toMatchObject({ version: 2, messages: [{ seq: 2, redacted: true }] });
    expect(JSON.stringify(retry.body)).not.toContain(SECRET);
    expect(await keysWithSecret()).toEqual([]);
  });

  it("is shown by nobody after the staleness bound, if the view was not told of it", async () => {
    await converse();
    for (const n of [0, 1]) expect((await viewsWithSecret(n)).length).toBeGreaterThan(4);
    proxy.refuse();
    const { status } = await clients[0]!.delete(`${path}/messages/4`);
    expect(status).toBe(200);
    const redacted = performance.now();
    expect(await viewsWithSecret(0)).toEqual([]);
    // The tail with the secret is in Redis still, and was fresh when the message was redacted.
    expect((await keysWithSecret()).length).toBeGreaterThan(0);
    await pause(STALENESS_MS + 100 - (performance.now() - redacted));
    while (performance.now() - redacted < 4 * STALENESS_MS) {
      expect(await viewsWithSecret(1)).toEqual([]);
      expect(await watched(1, 8)).not.toContain(SECRET);
    }
    expect(await keysWithSecret()).toEqual([]);
  });

  it("stays redacted where others are redacted, appended and read at the same time", async () => {
    const messages = Array.from({ length: 20 }, (_, i) => ({
      role: "user",
      content: `${SECRET} ${i}`,
    }));
    await clients[0]!.post(`${path}/messages`, { messages });
    const redactions = messages.flatMap((_, i) => [
      clients[i % 2]!.delete(`${path}/messages/${i + 2}`),
      clients[(i + 1) % 2]!.delete(`${path}/messages/${i + 2}`),
    ]);
    const appends = messages.map((_, i) =>
      clients[i % 2]!.post(`${path}/messages`, { messages: [{ role: "user", content: "ok" }] }),
    );
    const reads = messages.map((_, i) => clients[i % 2]!.get(`${path}/messages`));
    const answers = await Promise.all([...redactions, ...appends, ...reads]);
    expect(answers.filter(({ status }) => status >= 300).map(({ body }) => body)).toEqual([]);
    const { body } = await clients[0]!.get(`${path}/log?limit=1000&consistency=strong`);
    const redacted = body.events.filter((e: { type: string }) => e.type === "message_redacted");
    const seqs = redacted.map(
      (e: { message_redacted: { message_seq: number } }) => e.message_redacted.message_seq,
    );
    expect(seqs.toSorted((a: number, b: number) => a - b)).toEqual(messages.map((_, i) => i + 2));
    expect(await keysWithSecret()).toEqual([]);
    for (const n of [0, 1]) {
      const read = await clients[n]!.get(`${path}/messages?limit=100`);
      expect(JSON.stringify(read.body)).not.toContain(SECRET);
      expect(read.body.total).toBe(40);
    }
  });
});
