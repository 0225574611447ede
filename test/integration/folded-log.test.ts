import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgresJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";
import { expectFolded } from "../support/folded-log.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { type RestAnswer, type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";

/** One call on a session; it may be refused, but must not fail. */
interface Call {
  readonly name: string;
  send(client: RestClient, path: string): Promise<RestAnswer>;
}

const call = (name: string, send: Call["send"]): Call => ({ name, send });
const post = (sub: string, body: object) =>
  call(`POST ${sub} ${JSON.stringify(body)}`, (client, path) => client.post(path + sub, body));
const patch = (sub: string, body: object) =>
  call(`PATCH ${sub} ${JSON.stringify(body)}`, (client, path) => client.patch(path + sub, body));

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const role = fc.constantFrom("user", "assistant", "system", "tool");
const message = fc.record({ role, content: text });
const messages = fc.array(message, { minLength: 1, maxLength: 3 });
const turn = fc.integer({ min: 1, max: 4 }).map(String);
const seq = fc.integer({ min: 1, max: 15 });
const key = fc.constantFrom("a", "b", "c");
const struct = fc.dictionary(key, fc.constantFrom<unknown>(null, 1, "x", [true], { deep: {} }));
const step = fc.record({
  scenario_id: fc.constantFrom("", "s"),
  step_id: fc.constantFrom(null, "1"),
});

/** All that can be done to a session, each as often as it is named. */
const CALLS: fc.Arbitrary<Call> = fc.oneof(
  { weight: 5, arbitrary: messages.map((given) => post("/messages", { messages: given })) },
  fc.tuple(messages, turn).map(([given, to]) => post("/messages", { messages: given, turn: to })),
  fc.record({ name: key, agent_id: key }).map((event) => post("/events", { events: [event] })),
  fc.record({ metadata: struct, user_message: text }).map((begin) => post("/turns", begin)),
  fc
    .tuple(turn, fc.record({ agent_response: text, outcome: key, metadata: struct }))
    .map(([number, end]) => post(`/turns/${number}/end`, end)),
  fc.boolean().map((keep) => post("/clear", { keep_context: keep })),
  seq.map((at) => call(`redact ${at}`, (client, path) => client.delete(`${path}/messages/${at}`))),
  fc.record({ context: struct, title: text }).map((update) => patch("", update)),
  fc.record({ channel: text, max_history: seq }).map((update) => patch("", update)),
  fc
    .constantFrom("max_history", "title", "context,channel", "labels")
    .map((mask) => patch("", { update_mask: mask })),
  fc
    .record({ variables: struct, rules_fired: fc.array(key) })
    .map((state) => patch("/state", state)),
  fc
    .record({ scenario: step, agents: fc.dictionary(key, struct) })
    .map((state) => patch("/state", state)),
  fc.constantFrom(post("/touch", {}), post("/extend", { ttl: "9000000s" })),
  fc.constant(
    call("delete and restore", async (client, path) => {
      await client.delete(path);
      return client.post(`${path}/restore`);
    }),
  ),
);

describeWithServices("a head and its log", () => {
  let database: TestDatabase;
  let service: TestService;
  let journal: Journal;
  beforeAll(async () => {
    database = await createDatabase();
    service = await startService({
      REDIS_URL: redisUrl(),
      PARLEY_REDIS_PREFIX: redisKeyPrefix(),
      DATABASE_URL: database.url,
    });
    journal = await openPostgresJournal({ url: database.url });
  });
  afterAll(async () => {
    await journal.close();
    await service.close();
    await database.drop();
  });

  /** Makes the calls, so many at a time, and says how they were answered. */
  async function run(calls: readonly Call[], atOnce: number): Promise<number[]> {
    const userId = uniqueUser();
    const client = rest(service.url, { "x-user-id": userId });
    const { body } = await client.post("/api/v1/sessions", { title: "T", context: { a: 0 } });
    const path = `/api/v1/sessions/${body.session_id}`;
    const address = { tenantId: body.tenant_id, userId, id: body.session_id };
    const statuses: number[] = [];
    for (let at = 0; at < calls.length; at += atOnce) {
      const some = calls.slice(at, at + atOnce);
      const answers = await Promise.all(some.map((one) => one.send(client, path)));
      statuses.push(...answers.map(({ status }) => status));
    }
    await expectFolded(journal, address);
    return statuses;
  }

  it.each([
    ["one after the other", 1],
    ["four at a time", 4],
  ])("say the same, whatever was called %s", { timeout: 120_000 }, async (_, atOnce) => {
    let made = 0;
    const property = fc.asyncProperty(
      fc.array(CALLS, { minLength: 30, maxLength: 60 }),
      async (calls) => {
        const statuses = await run(calls, atOnce);
        expect(statuses.filter((status) => status >= 500)).toEqual([]);
        made += statuses.filter((status) => status < 400).length;
      },
    );
    await fc.assert(property, { numRuns: 12, seed: 20_261_121 + atOnce, endOnFailure: true });
    expect(made).toBeGreaterThan(200);
  });
});
