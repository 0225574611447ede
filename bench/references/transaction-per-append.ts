import type pg from "pg";
import type { NewEvent } from "../../src/domain/event.ts";
import { operationDigest } from "../../src/journal/operation.ts";
import type { Operation } from "../../src/journal/port.ts";

interface Counters {
  readonly version: number;
  readonly message_count: number;
  readonly turn_count: number;
  readonly log_bytes: string;
}

const LOCK = {
  name: "lock_head",
  text: `SELECT version, message_count, turn_count, log_bytes FROM sessions
    WHERE uid = $1 FOR UPDATE`,
};
const APPEND = {
  name: "append_event",
  text: `INSERT INTO session_events
      (session, seq, turn, message_no, role, starts_turn, type, bytes)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
};
const RAISE = {
  name: "raise_head",
  text: `UPDATE sessions SET version = $2, message_count = $3, turn_count = $4, log_bytes = $5,
      updated_at = $6, updated_hour = $7 WHERE uid = $1`,
};
const QUEUE = {
  name: "queue_for_search",
  text: `INSERT INTO search_queue AS q (session, version, ready_at) VALUES ($1, $2, $3)
    ON CONFLICT (session) DO UPDATE SET version = greatest(q.version, excluded.version)`,
};
const RECORD = {
  name: "record_operation",
  text: `INSERT INTO operations (digest, request_hash, session, first_seq, last_seq,
      message_count, turn_count, log_bytes, state, created_at)
    VALUES ($1, $2, $3, $4, $4, $5, $6, $7, NULL, $8)`,
};

/**
 * An append as it is usually written: a transaction of its own, on a connection
 * of a pool. It leaves the same rows as an append through the journal.
 */
export async function appendInTransaction(
  pool: pg.Pool,
  uid: string,
  event: NewEvent,
  operation: Operation,
): Promise<void> {
  const connection = await pool.connect();
  try {
    await connection.query("BEGIN");
    await append(connection, uid, event, operation);
    await connection.query("COMMIT");
    connection.release();
  } catch (error) {
    connection.release(true);
    throw error;
  }
}

async function append(
  connection: pg.PoolClient,
  uid: string,
  event: NewEvent,
  operation: Operation,
): Promise<void> {
  const { rows } = await connection.query<Counters>({ ...LOCK, values: [uid] });
  const [before] = rows;
  if (before === undefined) throw new Error(`there is no session ${uid}`);
  const now = new Date();
  const hour = Math.floor(now.getTime() / 3_600_000);
  const seq = before.version + 1;
  const messages = before.message_count + 1;
  const turns = before.turn_count + (event.startsTurn ? 1 : 0);
  const bytes = Number(before.log_bytes) + event.bytes.length;
  const { role, startsTurn, type } = event;
  await connection.query({
    ...APPEND,
    values: [uid, seq, turns, messages, role, startsTurn, type, event.bytes],
  });
  await connection.query({ ...RAISE, values: [uid, seq, messages, turns, bytes, now, hour] });
  await connection.query({ ...QUEUE, values: [uid, seq, now] });
  const digest = operationDigest(operation);
  await connection.query({
    ...RECORD,
    values: [digest, operation.requestHash, uid, seq, messages, turns, bytes, now],
  });
}
