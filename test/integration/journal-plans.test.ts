import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deposit } from "../../src/journal/accounts/deposit.ts";
import { listLedger } from "../../src/journal/accounts/list-ledger.ts";
import { openAccounts, readAccount } from "../../src/journal/accounts/read-accounts.ts";
import { findMessage } from "../../src/journal/comments/find-message.ts";
import { readCommentEvents } from "../../src/journal/comments/read-comment-events.ts";
import { archivePlaces } from "../../src/journal/erasure/archive-places.ts";
import * as begin from "../../src/journal/erasure/begin-purge.ts";
import { ERASE_CREDENTIALS, ERASE_NAMES } from "../../src/journal/erasure/erase-owner.ts";
import { sessionsOf } from "../../src/journal/erasure/owned-sessions.ts";
import { REMOVALS } from "../../src/journal/erasure/remove-purged.ts";
import { completeErasure, takeErasures } from "../../src/journal/erasure/take-erasures.ts";
import { takePurges } from "../../src/journal/erasure/take-purges.ts";
import type { Lane, Statement } from "../../src/journal/lane.ts";
import { migrate } from "../../src/journal/migrate.ts";
import { PgliteEngine } from "../../src/journal/pglite/engine.ts";
import { PgliteDatabase } from "../../src/journal/pglite.ts";
import { dueTasks } from "../../src/journal/tasks/due-tasks.ts";
import { findTask } from "../../src/journal/tasks/find-task.ts";
import { listTasks } from "../../src/journal/tasks/list-tasks.ts";
import { offerTasks } from "../../src/journal/tasks/offer-tasks.ts";
import { prepareRenewLease } from "../../src/journal/tasks/renew-lease.ts";
import { typicalTask } from "../../src/journal/tasks/typical-task.ts";
import { depositOf } from "../contract/journal-accounts.ts";
import { NOW } from "../contract/journal-work.ts";

const ID = "00000000-0000-7000-8000-000000000001";
const OWNER = { tenantId: "t1", userId: "u1" };
const OFFER = { tenantIds: ["t1", "t2"], types: [], agentIds: [], now: NOW, limit: 5 };
const PAGE = { ...OWNER, limit: 20, offset: 0 };
const RENEWAL = { taskId: ID, leaseId: ID, now: NOW, until: NOW };
const LOG = { uid: ID, afterSeq: 0, upToSeq: 1_000_000, limit: 5000 };

/** The indexes that each is to read, and no other: all of them have what is wanted in its place. */
const EXPECTED: readonly [ask: (lane: Lane) => Promise<unknown>, indexes: string][] = [
  [(lane) => offerTasks(lane, OFFER), "sessions_pkey tasks_leased tasks_pkey tasks_ready"],
  [
    (lane) => offerTasks(lane, { ...OFFER, types: ["x"] }),
    "sessions_pkey tasks_leased tasks_pkey tasks_ready_of_type",
  ],
  [
    (lane) => offerTasks(lane, { ...OFFER, types: ["x"], agentIds: ["a"] }),
    "sessions_pkey tasks_leased tasks_pkey tasks_ready_of_agent",
  ],
  [(lane) => prepareRenewLease(lane)(RENEWAL), "sessions_pkey tasks_pkey"],
  [(lane) => dueTasks(lane, NOW, 100), "sessions_pkey tasks_due tasks_pkey"],
  [(lane) => findTask(lane, ID), "sessions_pkey tasks_pkey"],
  [(lane) => listTasks(lane, PAGE), "sessions_pkey tasks_of_user"],
  [(lane) => listTasks(lane, { ...PAGE, order: "asc" }), "sessions_pkey tasks_of_user"],
  [(lane) => listTasks(lane, { ...PAGE, uid: ID }), "sessions_pkey tasks_of_session"],
  [(lane) => listTasks(lane, { ...PAGE, uid: ID, order: "asc" }), "sessions_pkey tasks_of_session"],
  [(lane) => typicalTask(lane, "t1", "x"), "tasks_completed"],
  [(lane) => deposit(lane, depositOf(OWNER, 1)), "ledger_operations"],
  [(lane) => listLedger(lane, PAGE), "ledger_of_account"],
  [(lane) => readAccount(lane, OWNER), "accounts_pkey"],
  [(lane) => openAccounts(lane, [OWNER]), "accounts_pkey"],
  // Of the partition, where `session_events_comments` and `session_events_messages` are called so.
  [(lane) => readCommentEvents(lane, LOG), "session_events_1_session_seq_idx"],
  [
    (lane) => findMessage(lane, ID, ID),
    "session_events_1_session_message_no_role_seq_idx sessions_pkey",
  ],
];

const PLACE = { tenantId: "t1", sessionType: 1 };
const TO_REMOVE = (statement: Statement) => (lane: Lane) => lane.run(statement, [ID, 100]);
const TO_ERASE = (statement: Statement) => (lane: Lane) =>
  lane.run(statement, [ID, "t1", "u1", 100, ...(statement.text.includes("$5") ? ["x"] : [])]);

/** An index that finds what is taken away, among those that are read; empty: any, and no whole table. */
const READ_BY_ERASING: readonly (readonly [
  ask: (lane: Lane) => Promise<unknown>,
  index: string,
])[] = [
  [
    (lane) => begin.purgeDeleted(lane, { ...OWNER, id: "s1" }, NOW, NOW),
    "sessions_deleted_of_user",
  ],
  [(lane) => begin.purgeSessions(lane, { uids: [ID], whatever: true }, NOW), "sessions_pkey"],
  [(lane) => begin.purgeForgotten(lane, NOW, NOW, 100), "sessions_deleted"],
  [(lane) => begin.purgeArchived(lane, { ...PLACE, until: NOW }, NOW, 100), "sessions_retained"],
  [(lane) => archivePlaces(lane, undefined, 100), "sessions_retained"],
  [(lane) => takePurges(lane, NOW, 100), "purges_due"],
  [(lane) => takeErasures(lane, NOW, 100), "erasures_due"],
  [(lane) => completeErasure(lane, ID, NOW), "purges_of_erasure"],
  [(lane) => sessionsOf(lane, OWNER, 100), "sessions_deleted_of_user"],
  ...REMOVALS.map((statement) => [TO_REMOVE(statement), "purges_pkey"] as const),
  ...[...ERASE_CREDENTIALS, ...ERASE_NAMES].map((statement) => [TO_ERASE(statement), ""] as const),
];

class Asked extends Error {
  readonly statement: Statement;
  readonly values: readonly unknown[];

  constructor(statement: Statement, values: readonly unknown[]) {
    super();
    this.statement = statement;
    this.values = values;
  }
}

/** The statement with which something asks, and its parameters. */
async function asked(ask: (lane: Lane) => Promise<unknown>): Promise<Asked> {
  const run = async (statement: Statement, values: readonly unknown[]) => {
    throw new Asked(statement, values);
  };
  const thrown = await ask({ run } as unknown as Lane).catch((error: unknown) => error);
  if (!(thrown instanceof Asked)) throw thrown;
  return thrown;
}

describe("the plans of statements about tasks, accounts, comments and what is taken away", () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    const engine = new PgliteEngine(undefined);
    await engine.start();
    database = new PgliteDatabase(engine, undefined, {});
    await migrate(database);
  });
  afterAll(() => database.close());

  async function indexesOf(ask: (lane: Lane) => Promise<unknown>): Promise<string> {
    const { statement, values } = await asked(ask);
    const { rows } = await database.reads.query<{ "QUERY PLAN": string }>(
      `EXPLAIN ${statement.text}`,
      [...values],
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan, statement.name).not.toMatch(/Seq Scan/);
    const indexes = plan.matchAll(/Index(?: Only)? Scan(?: Backward)?(?: using| on) (\w+)/g);
    return [...new Set(Array.from(indexes, ([, name]) => name!))].toSorted().join(" ");
  }

  async function plans(): Promise<string[]> {
    const found: string[] = [];
    for (const [ask] of EXPECTED) found.push(await indexesOf(ask));
    return found;
  }

  /** Throws where a table is read as a whole. */
  async function unread(): Promise<string[]> {
    const missing: string[] = [];
    for (const [ask, index] of READ_BY_ERASING) {
      const found = await indexesOf(ask);
      const known = index === "" || found.split(" ").includes(index);
      if (!known) missing.push(`${index} is not among ${found}`);
    }
    return missing;
  }

  const expected = EXPECTED.map(([, indexes]) => indexes);

  // A connection keeps the plan it made first, however the tables grow.
  it("read by their indexes while the tables are empty", async () => {
    expect(await plans()).toEqual(expected);
    expect(await unread()).toEqual([]);
  });

  it("read by the same ones when they have grown, whether anybody knows yet or not", async () => {
    const execute = (text: string) => database.writes.query(text);
    await execute(`
      INSERT INTO sessions (uid, tenant_id, session_id, user_id, status, created_at, updated_at,
        updated_hour, version, state_version, gate_version, rewrite_seq, message_count, turn_count,
        log_bytes, state)
      SELECT gen_random_uuid(), 't' || n % 4, 's' || n, 'u' || n % 100, 1, now(), now(),
        1, 1, 1, 1, 0, 0, 0, 0, '' FROM generate_series(1, 5000) n`);
    await execute(`
      INSERT INTO tasks (task_id, session, number, tenant_id, user_id, type, agent_id, status,
        ready_at, lease_id, lease_until, due_at, created_at, last_seq, tokens, cost_micros, bytes)
      SELECT gen_random_uuid(), uid, 1, tenant_id, user_id, 'x', 'a', 1, s.at - interval '10 years',
        CASE WHEN n % 2 = 0 THEN gen_random_uuid() END, s.at, s.at, s.at, 1, 0, 0, ''
      FROM (SELECT *, substr(session_id, 2)::int AS n, now() AS at FROM sessions) s`);
    await execute(`
      INSERT INTO accounts (tenant_id, user_id) SELECT 't1', 'u' || n FROM generate_series(1, 5000) n`);
    await execute(`
      INSERT INTO ledger (entry_id, tenant_id, user_id, at, kind, debit, credit, micros, digest)
      SELECT gen_random_uuid(), 't1', 'u' || n % 100, now(), 1, 'deposits', 'available', 1,
        decode(md5(n::text), 'hex') FROM generate_series(1, 5000) n`);
    await execute(`
      UPDATE sessions SET archived_at = now(), deleted_at = CASE WHEN uid::text < '8' THEN now() END
      WHERE user_id < 'u5'`);
    await execute(`
      INSERT INTO purges (uid, tenant_id, user_id, session_id, begun_at, due_at)
      SELECT uid, tenant_id, user_id, session_id, now(), now() FROM sessions`);
    expect(await plans()).toEqual(expected);
    expect(await unread()).toEqual([]);
    await execute("ANALYZE");
    expect(await plans()).toEqual(expected);
    expect(await unread()).toEqual([]);
  });
});
