import { Bytes } from "../bytes.ts";
import { createdAt, sessionOf } from "../head.ts";
import type { Statement } from "../lane.ts";
import { forgottenSince } from "../operation.ts";
import { keysOf } from "../writer/change-statement.ts";
import { EventArrays } from "../writer/event-arrays.ts";
import { stateArrays } from "../writer/state-columns.ts";
import {
  createHeads,
  eventsFrom,
  holdersOf,
  isNew,
  keysFrom,
  recordOperations,
  STATE_PARAMETERS,
  statesFrom,
} from "../writer/statement-parts.ts";
import type { PendingFork } from "./pending-fork.ts";

/** How a fork ended. */
export interface ForkRow {
  /** False if the log that was to be copied is not there. */
  readonly found: boolean;
  /** The counters after it; null if it was not made. */
  readonly message_count: number | null;
  readonly turn_count: number | null;
  readonly log_bytes: string | null;
}

const STATES_AT = 13;

/**
 * One fork, all or nothing. What is taken by the snapshot is noticed before anything is copied;
 * what was taken since, by the unique indexes, after which the statement is run again.
 *
 * Where sessions are counted, the account of their owner is locked first (see money-parts.ts).
 *
 * The log of a session has no gaps, so its first event and the last that is wanted being there says
 * that all are; its head being there, that it is not being purged. The head is made after the copy, because it needs the size, and because whoever
 * wants the same id waits for this statement from then on only.
 */
export const FORK_SESSION: Statement = {
  name: "fork_session",
  text: `
WITH fork AS MATERIALIZED (
  SELECT 1 AS n, $3::uuid AS uid, $4::text AS tenant_id, $5::text AS session_id,
    $6::text AS user_id, $7::timestamptz AS created_at, ${keysFrom(8, "1")},
    $9::uuid AS source, $10::int AS seq, $12::int AS max_sessions,
    s.external_id, s.agent_id, s.title, s.status, s.expires_at, s.deleted_at, s.rewrite_seq,
    s.session_type, s.tokens_used, s.cost_micros, s.visited,
    substr($11::bytea, s.at, s.length) AS state
  FROM ${statesFrom(STATES_AT, "s")}
), source AS MATERIALIZED (
  SELECT e.turn, e.message_no FROM fork f
    JOIN session_events e ON e.session = f.source AND e.seq = f.seq
    JOIN session_events first ON first.session = f.source AND first.seq = 1
  WHERE EXISTS (SELECT FROM sessions WHERE uid = f.source)
), holders AS MATERIALIZED (${holdersOf("fork")}
), purse AS MATERIALIZED (
  SELECT a.* FROM fork f CROSS JOIN LATERAL (
    SELECT tenant_id, user_id FROM accounts a
    WHERE f.max_sessions IS NOT NULL AND a.tenant_id = f.tenant_id AND a.user_id = f.user_id
    FOR UPDATE
  ) a
), crowded AS MATERIALIZED (
  SELECT 1 FROM fork f LEFT JOIN purse p ON true
  WHERE f.max_sessions IS NOT NULL AND (p.user_id IS NULL
    OR living_sessions(p.tenant_id, p.user_id, $1::timestamptz, f.max_sessions) >= f.max_sessions)
), free AS MATERIALIZED (
  SELECT f.*, s.turn AS turns, s.message_no AS messages, f.seq + 1 AS version
  FROM fork f CROSS JOIN source s
  WHERE NOT EXISTS (SELECT 1 FROM holders) AND ${isNew("f.digest")}
    AND NOT EXISTS (SELECT 1 FROM crowded)
), copied AS (
  INSERT INTO session_events (session, seq, turn, message_no, role, starts_turn, type, bytes)
  SELECT f.uid, e.seq, e.turn, e.message_no, e.role, e.starts_turn, e.type, e.bytes
  FROM free f JOIN session_events e ON e.session = f.source AND e.seq <= f.seq
  RETURNING octet_length(bytes) AS length
), begun AS MATERIALIZED (
  SELECT f.*, e.type, e.starts_turn, substr($11::bytea, e.at, e.length) AS event,
    (SELECT sum(length) FROM copied) + e.length AS bytes
  FROM free f CROSS JOIN ${eventsFrom(STATES_AT + STATE_PARAMETERS, "e")}
), created AS (${createHeads("begun c")}
), made AS MATERIALIZED (
  SELECT b.* FROM begun b JOIN created USING (uid)
), recorded AS (${recordOperations(`
  SELECT digest, request_hash, uid, version, version, messages, turns, bytes, state, version,
    version, created_at, $1
  FROM made`)}
), appended AS (
  INSERT INTO session_events (session, seq, turn, message_no, role, starts_turn, type, bytes)
  SELECT uid, version, turns, messages, NULL, starts_turn, type, event FROM made
), remembered AS (
  INSERT INTO session_snapshots (session, seq, state_version, state)
  SELECT m.uid, s.seq, s.state_version, s.state
  FROM made m JOIN session_snapshots s ON s.session = m.source AND s.seq <= m.seq
  UNION ALL
  SELECT uid, version, version, state FROM made
), queued AS (
  INSERT INTO search_queue (session, version, ready_at)
  SELECT uid, version, $1::timestamptz FROM made
)
SELECT EXISTS (SELECT 1 FROM source) AS found,
  m.messages AS message_count, m.turns AS turn_count, m.bytes AS log_bytes,
  CASE WHEN (SELECT count(*) FROM recorded) < (SELECT count(*) FROM free)
    THEN run_again() END AS run_again
FROM (SELECT 1) AS one LEFT JOIN made m ON true`,
};

/** The parameters, in the order of their numbers. */
export function forkValues(write: PendingFork, now: Date): unknown[] {
  const { fork, state } = write;
  const session = sessionOf(fork.head);
  const bytes = new Bytes();
  const events = new EventArrays(bytes);
  events.add(1, write.events);
  const states = stateArrays([{ write: 1, columns: state }], bytes);
  return [
    now.toISOString(),
    forgottenSince(now).toISOString(),
    write.uid,
    session.tenantId,
    session.sessionId,
    session.userId,
    createdAt(session).toISOString(),
    keysOf([write]),
    fork.from.uid,
    fork.from.seq,
    bytes.toBuffer(),
    fork.maxSessions ?? null,
    ...states,
    ...events.values(),
  ];
}
