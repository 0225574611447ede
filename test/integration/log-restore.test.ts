import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startPostgres } from "../support/postgres.ts";
import type { PostgresServer } from "../support/postgres-server.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import { sse } from "../support/sse.ts";

/** The default of `PARLEY_LIVE_STALENESS`, and some air. */
const BOUND_MS = 2100;

const KEPT = ["kept 1", "kept 2"];
const LOST = ["lost 1", "lost 2", "lost 3", "lost 4"];

/** A session over REST, as its owner uses it. */
class Conversation {
  readonly path: string;
  readonly #client: RestClient;
  readonly #user: string;
  readonly #url: string;

  constructor(service: TestService, user: string, id: string) {
    this.#url = service.url;
    this.#user = user;
    this.#client = rest(service.url, { "x-user-id": user });
    this.path = `/api/v1/sessions/${id}`;
  }

  async say(content: string): Promise<void> {
    const { status } = await this.#client.post(`${this.path}/messages`, {
      messages: [{ role: "user", content }],
    });
    expect(status).toBe(201);
  }

  async read(consistency: "live" | "strong"): Promise<string[]> {
    const { status, body } = await this.#client.get(
      `${this.path}/messages?limit=100&consistency=${consistency}`,
    );
    expect(status).toBe(200);
    return body.messages.map(({ content }: { content: string }) => content);
  }

  /** What a watcher from the start is told, until it was told so many messages. */
  async watch(messages: number): Promise<string[]> {
    const leave = new AbortController();
    const url = `${this.#url}${this.path}/watch?after_seq=1`;
    const seen: string[] = [];
    const timer = setTimeout(() => leave.abort(), 5000);
    try {
      for await (const { data } of sse(url, { "x-user-id": this.#user }, leave.signal)) {
        if (data.event !== undefined) seen.push(data.event.message.content);
        if (seen.length === messages) break;
      }
    } catch (error) {
      if (!leave.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      leave.abort();
    }
    return seen;
  }
}

describeWithServices("a journal that was restored from an older copy, under the same view", () => {
  let postgres: PostgresServer;
  let admin: Client;
  beforeAll(async () => {
    postgres = await startPostgres();
    admin = new Client({ connectionString: postgres.url("postgres") });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await postgres.stop();
  });

  let service: TestService;
  let conversation: Conversation;
  beforeEach(async () => {
    const name = `restored_${crypto.randomUUID().replaceAll("-", "")}`;
    const [user, prefix] = [uniqueUser(), redisKeyPrefix()];
    const open = (database: string) =>
      startService({
        REDIS_URL: redisUrl(),
        DATABASE_URL: postgres.url(database),
        PARLEY_REDIS_PREFIX: prefix,
      });
    await admin.query(`CREATE DATABASE ${name}`);
    const before = await open(name);
    const id = await create(before, user);
    for (const text of KEPT) await new Conversation(before, user, id).say(text);
    await before.close();
    await admin.query(`CREATE DATABASE ${name}_copy TEMPLATE ${name}`);
    const original = await open(name);
    for (const text of LOST) await new Conversation(original, user, id).say(text);
    expect(await new Conversation(original, user, id).read("live")).toEqual([...KEPT, ...LOST]);
    await original.close();
    service = await open(`${name}_copy`);
    conversation = new Conversation(service, user, id);
  });
  afterEach(() => service.close());

  it("is what reads tell of from the first write on, and all that live ones do after the bound", async () => {
    await conversation.say("new 1");
    const history = [...KEPT, "new 1"];
    expect(await conversation.read("live")).toEqual(history);
    expect(await conversation.read("strong")).toEqual(history);
    await pause(BOUND_MS);
    expect(await conversation.read("live")).toEqual(history);
    expect(await conversation.read("strong")).toEqual(history);
  });

  it("is what is read and watched while it grows past what was lost", async () => {
    await pause(BOUND_MS);
    const history = [...KEPT];
    for (let n = 1; n <= LOST.length + 3; n++) {
      await conversation.say(`new ${n}`);
      history.push(`new ${n}`);
      expect(await conversation.read("live")).toEqual(history);
      expect(await conversation.read("strong")).toEqual(history);
    }
    expect(await conversation.watch(history.length)).toEqual(history);
  });

  it("is what a watcher is told, however early it comes", async () => {
    await conversation.say("new 1");
    const watched = conversation.watch(KEPT.length + LOST.length + 3);
    const history = [...KEPT, "new 1"];
    for (let n = 2; n <= LOST.length + 3; n++) {
      await conversation.say(`new ${n}`);
      history.push(`new ${n}`);
    }
    expect(await watched).toEqual(history);
  });
});

async function create(service: TestService, user: string): Promise<string> {
  const { status, body } = await rest(service.url, { "x-user-id": user }).post("/api/v1/sessions");
  expect(status).toBe(201);
  return body.session_id;
}
