import { timestampDate } from "@bufbuild/protobuf/wkt";
import { sessionOf } from "../head.ts";
import type { Statement } from "../lane.ts";
import { forgottenSince } from "../operation.ts";
import { Bytes } from "./bytes.ts";
import { hourOf, keysOf } from "./change-statement.ts";
import { EventArrays } from "./event-arrays.ts";
import type { PendingCreation } from "./pending.ts";
import { stateArrays } from "./state-columns.ts";

/** A creation that was made. */
export interface CreatedRow {
  /** Number of the write, from 1. */
  readonly n: number;
}

/**
 * One batch of creations, all or nothing; those whose id or operation is taken
 * are left out of the answer. Two things decide whether an id is free: the
 * unique indexes, for the living; and `holders`, for somebody else's deleted
 * session. That one is read under a share lock, so that a deletion which
 * commits meanwhile is seen.
 */
export const CREATE_SESSIONS: Statement = {
  name: "create_sessions",
  text: `
WITH creations AS MATERIALIZED (
  SELECT c.n, c.uid, c.tenant_id, c.session_id, c.user_id, c.created_at,
    c.messages, c.turns, c.bytes,
    s.external_id, s.agent_id, s.title, s.status, s.expires_at, s.deleted_at, s.rewrite_seq,
    substr($13::bytea, s.at, s.length) AS state,
    substr($9::bytea, (c.n::int - 1) * 64 + 1, 32) AS digest,
    substr($9::bytea, (c.n::int - 1) * 64 + 33, 32) AS request_hash
  FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
      $10::int[], $11::int[], $12::int[])
    WITH ORDINALITY AS c (uid, tenant_id, session_id, user_id, created_at,
      messages, turns, bytes, n)
  JOIN unnest($14::int[], $15::text[], $16::text[], $17::text[], $18::smallint[],
      $19::timestamptz[], $20::timestamptz[], $21::int[], $22::int[], $23::int[])
    AS s (write, external_id, agent_id, title, status, expires_at, deleted_at, rewrite_seq,
      at, length)
    ON s.write = c.n
), holders AS MATERIALIZED (
  SELECT c.n
  FROM creations c CROSS JOIN LATERAL (
    SELECT h.user_id, h.deleted_at FROM sessions h
    WHERE h.tenant_id = c.tenant_id AND h.session_id = c.session_id
    ORDER BY h.deleted_at DESC NULLS FIRST LIMIT 1
    FOR SHARE
  ) h
  WHERE h.deleted_at IS NULL OR h.user_id <> c.user_id
), created AS (
  INSERT INTO sessions (uid, tenant_id, session_id, external_id, user_id, agent_id, title,
    status, created_at, updated_at, updated_hour, expires_at, deleted_at, version,
    state_version, rewrite_seq, message_count, turn_count, log_bytes, state)
  SELECT uid, tenant_id, session_id, external_id, user_id, agent_id, title,
    status, created_at, $1, $3, expires_at, deleted_at, 1,
    1, rewrite_seq, messages, turns, bytes, state
  FROM creations c
  WHERE c.n NOT IN (SELECT n FROM holders)
    AND coalesce(
      (SELECT o.created_at FROM operations o WHERE o.digest = c.digest), '-infinity') <= $2
  ORDER BY tenant_id COLLATE "C", session_id COLLATE "C"
  ON CONFLICT DO NOTHING
  RETURNING uid
), made AS MATERIALIZED (
  SELECT c.* FROM creations c JOIN created USING (uid)
), recorded AS (
  INSERT INTO operations AS o (digest, request_hash, session, first_seq, last_seq,
    message_count, turn_count, log_bytes, state, created_at)
  SELECT digest, request_hash, uid, 1, 1, messages, turns, bytes, state, $1
  FROM made
  ORDER BY digest
  ON CONFLICT (digest) DO UPDATE SET
    request_hash = excluded.request_hash, session = excluded.session,
    first_seq = excluded.first_seq, last_seq = excluded.last_seq,
    message_count = excluded.message_count, turn_count = excluded.turn_count,
    log_bytes = excluded.log_bytes, state = excluded.state, created_at = excluded.created_at
  WHERE o.created_at <= $2
  RETURNING 1
), appended AS (
  INSERT INTO session_events (session, seq, turn, message_no, role, starts_turn, type, bytes)
  SELECT m.uid, e.place, e.turn, e.message, e.role, e.starts_turn, e.type,
    substr($13::bytea, e.at, e.length)
  FROM unnest($24::int[], $25::int[], $26::int[], $27::int[], $28::smallint[], $29::boolean[],
      $30::text[], $31::int[], $32::int[])
    AS e (write, place, turn, message, role, starts_turn, type, at, length)
    JOIN made m ON m.n = e.write
)
SELECT m.n::int,
  CASE WHEN (SELECT count(*) FROM recorded) < (SELECT count(*) FROM made)
    THEN run_again() END AS run_again
FROM made m`,
};

/** The parameters, in the order of their numbers. */
export function creationValues(batch: readonly PendingCreation[], now: Date): unknown[] {
  const bytes = new Bytes();
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
    hourOf(now),
    batch.map((write) => write.uid),
    sessions.map((session) => session.tenantId),
    sessions.map((session) => session.sessionId),
    sessions.map((session) => session.userId),
    sessions.map(({ createdAt }) => (createdAt ? timestampDate(createdAt) : now).toISOString()),
    keysOf(batch),
    batch.map((write) => write.tally.messages),
    batch.map((write) => write.tally.turns),
    batch.map((write) => write.tally.bytes),
    bytes.toBuffer(),
    ...states,
    ...events.values(),
  ];
}
