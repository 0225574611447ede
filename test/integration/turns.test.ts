import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openPostgresJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";
import { expectFolded } from "../support/folded-log.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { type RestAnswer, type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";

interface Entry {
  readonly seq: number;
  readonly turn_number: number;
  readonly type: string;
}

describeWithServices("turns on two servers", () => {
  let database: TestDatabase;
  let services: TestService[];
  let journal: Journal;
  beforeAll(async () => {
    database = await createDatabase();
    const env = {
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      DATABASE_URL: database.url,
    };
    services = [await startService(env), await startService(env)];
    journal = await openPostgresJournal({ url: database.url });
  });
  afterAll(async () => {
    await journal.close();
    await Promise.all(services.map((service) => service.close()));
    await database.drop();
  });

  let clients: RestClient[];
  let path: string;
  let address: { tenantId: string; userId: string; id: string };
  beforeEach(async () => {
    const userId = uniqueUser();
    clients = services.map(({ url }) => rest(url, { "x-user-id": userId }));
    const { body } = await clients[0]!.post("/api/v1/sessions");
    path = `/api/v1/sessions/${body.session_id}`;
    address = { tenantId: body.tenant_id, userId, id: body.session_id };
  });

  const on = (n: number) => clients[n % clients.length]!;
  const say = (n: number, role = "user") =>
    on(n).post(`${path}/messages`, { messages: [{ role, content: `m${n}` }] });
  const many = (count: number, role?: string) =>
    Array.from({ length: count }, (_, n) => say(n, role));
  const statuses = (answers: RestAnswer[]) => answers.map(({ status }) => status).sort();

  /** The whole log, oldest first. */
  async function log(): Promise<Entry[]> {
    const { body } = await on(0).get(`${path}/log?limit=1000&consistency=strong`);
    await expectFolded(journal, address);
    return body.events;
  }

  it("begin once among 50 parallel appends, which are on either side of it", async () => {
    const answers = await Promise.all([
      ...many(25),
      on(0).post(`${path}/turns`, { user_message: "begun" }),
      ...many(25),
    ]);
    expect(statuses(answers)).toEqual(Array(51).fill(201));
    const entries = await log();
    const begun = entries.findIndex(({ type }) => type === "turn_started");
    const turn = entries[begun]!.turn_number;
    // Before it every message begins a turn; after it none does.
    expect(entries.slice(1, begun).map((e) => e.turn_number)).toEqual(
      Array.from({ length: begun - 1 }, (_, i) => i + 1),
    );
    expect(turn).toBe(begun);
    expect(new Set(entries.slice(begun).map((e) => e.turn_number))).toEqual(new Set([turn]));
    expect(entries).toHaveLength(53);
  });

  it("begin and end while appends never stop", { timeout: 60_000 }, async () => {
    let stop = false;
    const writers = Array.from({ length: 12 }, async (_, n) => {
      const made: number[] = [];
      while (!stop) made.push((await say(n, "assistant")).status);
      return made;
    });
    try {
      for (let n = 1; n <= 8; n++) {
        const begun = await on(n).post(`${path}/turns`);
        expect(begun.status).toBe(201);
        const ended = await on(n + 1).post(`${path}/turns/${begun.body.turn_id}/end`);
        expect(ended).toMatchObject({ status: 200, body: { status: "ended" } });
      }
    } finally {
      // Else they would write into the sessions of the tests that follow.
      stop = true;
      await Promise.all(writers);
    }
    const made = (await Promise.all(writers)).flat();
    expect(new Set(made)).toEqual(new Set([201]));
    expect(made.length).toBeGreaterThan(20);
    await expectFolded(journal, address);
  });

  it("are ended by one of many who try at once", async () => {
    for (let round = 1; round <= 5; round++) {
      const { body: begun } = await on(round).post(`${path}/turns`);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          on(n).post(`${path}/turns/${begun.turn_id}/end`, { outcome: `by ${n}` }),
        ),
      );
      expect(statuses(answers)).toEqual([200, ...Array(7).fill(409)]);
      const lost = answers.filter(({ status }) => status === 409);
      expect(new Set(lost.map(({ body }) => body.error))).toEqual(new Set(["turn_ended"]));
      const won = answers.find(({ status }) => status === 200)!;
      for (const n of [0, 1]) {
        expect((await on(n).get(`${path}/turns/${begun.turn_id}`)).body).toEqual(won.body);
      }
    }
    const ends = (await log()).filter(({ type }) => type === "turn_ended");
    expect(ends).toHaveLength(5);
  });

  it("are begun by one of many who try at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => on(n).post(`${path}/turns`)),
    );
    expect(statuses(answers)).toEqual([201, ...Array(7).fill(409)]);
    const lost = answers.filter(({ status }) => status === 409);
    expect(new Set(lost.map(({ body }) => body.error))).toEqual(new Set(["turn_open"]));
    await log();
  });

  it("begin with the first of 50 messages that come after an end, whatever its role", async () => {
    const { body: begun } = await on(0).post(`${path}/turns`);
    await on(0).post(`${path}/turns/${begun.turn_id}/end`);
    const answers = await Promise.all(many(50, "assistant"));
    expect(statuses(answers)).toEqual(Array(50).fill(201));
    const entries = await log();
    const messages = entries.filter(({ type }) => type === "message");
    expect(messages.map((e) => e.turn_number)).toEqual(Array(50).fill(2));
  });

  it("take what is meant for them, or refuse it, while others begin", async () => {
    await say(0);
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, (_, n) =>
        on(n).post(`${path}/messages`, {
          messages: [{ role: "assistant", content: "for 1" }],
          turn: "1",
        }),
      ),
      ...many(10),
    ]);
    const meant = answers.slice(0, 10);
    const taken = meant.filter(({ status }) => status === 201);
    const refused = meant.filter(({ status }) => status !== 201);
    expect(taken.map(({ body }) => body.messages[0].turn_number)).toEqual(taken.map(() => 1));
    expect(refused.map(({ body }) => body.error)).toEqual(refused.map(() => "turn_ended"));
    expect(statuses(answers.slice(10))).toEqual(Array(10).fill(201));
    const entries = await log();
    const answered = entries.slice(2).filter((e) => e.turn_number === 1);
    expect(answered).toHaveLength(taken.length);
  });

  it("are ended once by retries that come at once, which all get its answer", async () => {
    const { body: begun } = await on(0).post(`${path}/turns`);
    const request = { agent_response: "a", outcome: "done", request_id: "e" };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        on(n).post(`${path}/turns/${begun.turn_id}/end`, request),
      ),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, body: answers[0]!.body });
    }
    expect((await log()).map(({ type }) => type)).toEqual([
      "session_created",
      "turn_started",
      "message",
      "turn_ended",
    ]);
  });
});
