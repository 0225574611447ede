import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { openPostgresJournal } from "../../src/journal/index.ts";
import type { Journal, SessionAddress } from "../../src/journal/port.ts";
import { expectFolded } from "../support/folded-log.ts";
import { expectSettled } from "../support/folded-work.ts";
import { expectPagedHistory } from "../support/paged-history.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { redisKeyPrefix, redisUrl } from "../support/redis.ts";
import { rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { describeWithServices } from "../support/services.ts";
import {
  type Call,
  DELETE_AND_RESTORE,
  SESSION_CALLS,
  type Subject,
} from "../support/session-calls.ts";
import { budget, EXPIRE_AND_REVIVE, WORK_CALLS } from "../support/work-calls.ts";

const DEPOSIT = 5;
/** Calls after which it is looked whether all is right; a multiple of those made at once. */
const CHECK_EVERY = 8;

const RUN = fc.record(
  {
    prompt: fc.constant("p"),
    session_type: fc.constantFrom("research", "synthesis"),
    budget,
    time_limit: fc.constantFrom("1s", "60s", "60s"),
    metadata: fc.constant({ research_strategy: "s" }),
  },
  { requiredKeys: ["prompt", "session_type"] },
);

const WORK_AND_TALK = fc.oneof(
  { weight: 3, arbitrary: WORK_CALLS },
  { weight: 1, arbitrary: SESSION_CALLS },
);

/** Of several at once, one could make a task of what another has deleted, under its id. */
const WORK_AND_END = fc.oneof(
  { weight: 30, arbitrary: WORK_CALLS },
  { weight: 1, arbitrary: fc.constantFrom(DELETE_AND_RESTORE, EXPIRE_AND_REVIVE) },
);

function ownerOf({ userId }: Subject) {
  return { tenantId: "dev-tenant", userId };
}

/** Of the session and of those it was forked from, with their paths. */
function addressesOf(on: Subject): [string, SessionAddress][] {
  return [...on.originals, on.path].map((path) => {
    return [path, { ...ownerOf(on), id: path.split("/").at(-1) ?? "" }];
  });
}

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
      PARLEY_ACCOUNTS: "on",
    });
    journal = await openPostgresJournal({ url: database.url });
  });
  afterAll(async () => {
    await journal.close();
    await service.close();
    await database.drop();
  });

  /** A new session of a user of its own, who has money. */
  async function subject(fields: object): Promise<Subject> {
    const [userId, agentId] = [uniqueUser(), `agent-${crypto.randomUUID()}`];
    const owner = rest(service.url, { "x-user-id": userId });
    const worker = rest(service.url, { "x-user-id": "w", "x-roles": "worker,admin" });
    await worker.post(`/api/v1/accounts/${userId}/deposits`, { amount: DEPOSIT });
    const session = { title: "T", context: { a: 0 }, agent_id: agentId, ...fields };
    const { body } = await owner.post("/api/v1/sessions", session);
    const path = `/api/v1/sessions/${body.session_id}`;
    return { owner, worker, userId, agentId, path, originals: [], leases: [] };
  }

  /** Makes the calls, so many at a time, and says how they were answered. */
  async function run(on: Subject, calls: readonly Call[], atOnce: number): Promise<number[]> {
    const statuses: number[] = [];
    for (let at = 0; at < calls.length; at += atOnce) {
      const answers = await Promise.all(calls.slice(at, at + atOnce).map((one) => one.send(on)));
      statuses.push(...answers.map(({ status }) => status));
      // In the end most work has ended.
      if (at % CHECK_EVERY === 0) await whileUnmoved(on, () => expectAllFolded(on));
    }
    await whileUnmoved(on, () => expectAllFolded(on));
    await whileUnmoved(on, async () => {
      for (const [path] of addressesOf(on)) await expectPagedHistory(on.owner, path);
    });
    return statuses;
  }

  async function expectAllFolded(on: Subject): Promise<void> {
    const heads: Head[] = [];
    for (const [, address] of addressesOf(on)) heads.push(await expectFolded(journal, address));
    await expectSettled(journal, ownerOf(on), DEPOSIT, heads);
  }

  /** Again where time ran out for a task in between. */
  async function whileUnmoved(on: Subject, check: () => Promise<void>): Promise<void> {
    const versions = () =>
      Promise.all(
        addressesOf(on).map(async ([, address]) => {
          return (await journal.readHead(address))?.session?.version;
        }),
      );
    const before = await versions();
    await check().catch(async (error: unknown) => {
      if (String(await versions()) === String(before)) throw error;
      await whileUnmoved(on, check);
    });
  }

  it.each([
    ["is called", fc.constant({}), SESSION_CALLS, 1],
    ["is called four times at once", fc.constant({}), SESSION_CALLS, 4],
    ["is worked on", fc.constant({}), WORK_AND_TALK, 1],
    ["is worked on by four at once", fc.constant({}), WORK_AND_TALK, 4],
    ["is a run", RUN, WORK_AND_END, 1],
    ["is a run for four at once", RUN, WORK_CALLS, 4],
  ])(
    "say the same, whatever a session %s",
    { timeout: 240_000 },
    async (_, begun, calls, atOnce) => {
      let made = 0;
      const some = fc.array(calls, { minLength: 30, maxLength: 60 });
      const property = fc.asyncProperty(begun, some, async (fields, given) => {
        const statuses = await run(await subject(fields), given, atOnce);
        expect(statuses.filter((status) => status >= 500)).toEqual([]);
        made += statuses.filter((status) => status < 400).length;
      });
      await fc.assert(property, { numRuns: 12, seed: 20_261_121 + atOnce, endOnFailure: true });
      expect(made).toBeGreaterThan(150);
    },
  );
});
