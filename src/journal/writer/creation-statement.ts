import { Bytes } from "../bytes.ts";
import { createdAt, sessionOf } from "../head.ts";
import type { Statement } from "../lane.ts";
import { forgottenSince } from "../operation.ts";
import { keysOf } from "./change-statement.ts";
import { EventArrays } from "./event-arrays.ts";
import { claimArrays, claimsAccount, refusedClaims, TAKE_CLAIMS } from "./money-parts.ts";
import type { PendingCreation } from "./pending.ts";
import { stateArrays } from "./state-columns.ts";
import {
  allRecorded,
  createHeads,
  EVENT_PARAMETERS,
  eventsFrom,
  holdersOf,
  isNew,
  keysFrom,
  recordOperations,
  STATE_PARAMETERS,
  statesFrom,
} from "./statement-parts.ts";
import { createTasks, TASK_PARAMETERS, taskArrays } from "./task-parts.ts";

/** A creation that was made. */
export interface CreatedRow {
  /** Number of the write, from 1. */
  readonly n: number;
}

/** Numbers of the first parameters of what comes after the sessions. */
const STATES_AT = 14;
const EVENTS_AT = STATES_AT + STATE_PARAMETERS;
const WORK_AT = EVENTS_AT + EVENT_PARAMETERS;

/**
 * One batch of creations, all or nothing; those whose id or operation is taken
 * are left out of the answer. `holders` keeps out the ids that somebody has by
 * the snapshot, which is what protects somebody else's deleted session; the
 * unique indexes keep out what came since. A holder that went meanwhile is
 * looked up afterwards, and the creation then run again.
 */
function creationStatement(name: string, work?: { claims: string; taken: string }): Statement {
  const text = `
WITH creations AS MATERIALIZED (
  SELECT c.n, c.uid, c.tenant_id, c.session_id, c.user_id, c.created_at,
    c.events AS version, c.messages, c.turns, c.bytes,
    s.external_id, s.agent_id, s.title, s.status, s.expires_at, s.deleted_at, s.rewrite_seq,
    s.session_type, s.tokens_used, s.cost_micros, s.visited,
    substr($12::bytea, s.at, s.length) AS state, ${keysFrom(8, "c.n")}
  FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
      $9::int[], $10::int[], $11::int[], $13::int[])
    WITH ORDINALITY AS c (uid, tenant_id, session_id, user_id, created_at,
      messages, turns, bytes, events, n)
  JOIN ${statesFrom(STATES_AT, "s")} ON s.write = c.n
), holders AS MATERIALIZED (${holdersOf("creations")}
), ${work === undefined ? "" : `${work.claims}, `}created AS (${createHeads(`creations c
  WHERE c.n NOT IN (SELECT n FROM holders) AND ${isNew("c.digest")}
    ${work === undefined ? "" : "AND c.n NOT IN (SELECT n FROM claims WHERE refused)"}`)}
), made AS MATERIALIZED (
  SELECT c.* FROM creations c JOIN created USING (uid)
), recorded AS (${recordOperations(`
  SELECT digest, request_hash, uid, 1, version, messages, turns, bytes, state, version, version,
    created_at, $1
  FROM made ORDER BY digest`)}
), appended AS (
  INSERT INTO session_events (session, seq, turn, message_no, role, starts_turn, type, bytes)
  SELECT m.uid, e.place, e.turn, e.message, e.role, e.starts_turn, e.type,
    substr($12::bytea, e.at, e.length)
  FROM ${eventsFrom(EVENTS_AT, "e")} JOIN made m ON m.n = e.write
), queued AS (
  INSERT INTO search_queue (session, version, ready_at)
  SELECT uid, version, $1::timestamptz FROM made WHERE title IS NOT NULL OR messages > 0
)${work?.taken ?? ""}
SELECT m.n::int, ${allRecorded("made")} FROM made m`;
  return { name, text };
}

const CREATE_SESSIONS = creationStatement("create_sessions");

/** With tasks and claims on accounts: only for a batch that has some. */
const CREATE_RUNS = creationStatement("create_runs", {
  claims: refusedClaims(WORK_AT + TASK_PARAMETERS),
  taken: `, tasked AS (${createTasks(WORK_AT, 12)}
)${TAKE_CLAIMS}`,
});

/** The statement of a batch, and its parameters in the order of their numbers. */
export function creationQuery(
  batch: readonly PendingCreation[],
  now: Date,
): { statement: Statement; values: unknown[] } {
  const bytes = new Bytes();
  const work = batch.some(({ creation }) => creation.tasks || claimsAccount(creation));
  const workValues = work ? [...taskArrays(tasksOf(batch), bytes), ...claimArrays(batch)] : [];
  return {
    statement: work ? CREATE_RUNS : CREATE_SESSIONS,
    values: [...creationValues(batch, now, bytes), ...workValues],
  };
}

function tasksOf(batch: readonly PendingCreation[]) {
  return batch.map(({ creation }, index) => ({ write: index + 1, tasks: creation.tasks ?? [] }));
}

function creationValues(batch: readonly PendingCreation[], now: Date, bytes: Bytes): unknown[] {
  const events = new EventArrays(bytes);
  for (const [index, write] of batch.entries()) events.add(index + 1, write.events);
  const states = stateArrays(
    batch.map(({ state }, index) => ({ write: index + 1, columns: state })),
    bytes,
  );
  const sessions = batch.map((write) => sessionOf(write.creation.head));
  return [
    now.toISOString(),
    forgottenSince(now).toISOString(),
    batch.map((write) => write.uid),
    sessions.map((session) => session.tenantId),
    sessions.map((session) => session.sessionId),
    sessions.map((session) => session.userId),
    sessions.map((session) => createdAt(session).toISOString()),
    keysOf(batch),
    batch.map((write) => write.tally.messages),
    batch.map((write) => write.tally.turns),
    batch.map((write) => write.tally.bytes),
    bytes.toBuffer(),
    batch.map((write) => write.tally.events),
    ...states,
    ...events.values(),
  ];
}
