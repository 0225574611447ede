import { Bytes } from "../bytes.ts";
import type { Statement } from "../lane.ts";
import { forgottenSince } from "../operation.ts";
import { EventArrays } from "./event-arrays.ts";
import { MONEY_PARAMETERS, moneyArrays, moveMoney } from "./money-parts.ts";
import type { PendingChange } from "./pending.ts";
import { changeShares, shareArrays } from "./share-parts.ts";
import { stateArrays } from "./state-columns.ts";
import {
  allRecorded,
  EVENT_PARAMETERS,
  eventsFrom,
  isNew,
  keysFrom,
  recordOperations,
  rewritesFrom,
  STATE_PARAMETERS,
  statesFrom,
} from "./statement-parts.ts";
import { changeTasks, TASK_PARAMETERS, taskArrays } from "./task-parts.ts";

/**
 * A state is remembered at every multiple of so many events, so that reading one of the past takes
 * at most 255: writes have up to 128, and what is remembered stands at the end of one. And at every
 * multiple of so many bytes of the log, so that these events are not large in all either.
 */
const SNAPSHOT_INTERVAL = { events: 128, bytes: 4 * 1024 * 1024 };

/** Per write whose head could be locked: where it was placed, and the head before the batch. */
export interface ChangeRow {
  /** Number of the write, from 1. */
  readonly n: number;
  /** The counters right after the write; null if it was not made. */
  readonly last_seq: number | null;
  readonly message_count: number | null;
  readonly turn_count: number | null;
  readonly log_bytes: string | null;
  readonly before_version: number;
  readonly before_state_version: number;
  readonly before_gate_version: number;
  readonly before_message_count: number;
  readonly before_turn_count: number;
  readonly before_log_bytes: string;
  readonly before_updated_at: Date;
  /** Only in the first row of a session, and only if a head has to be made of it. */
  readonly before_state: Buffer | null;
}

/** Numbers of the first parameters of what comes after the writes. */
const STATES_AT = 13;
const EVENTS_AT = STATES_AT + STATE_PARAMETERS;
const TURNS_AT = EVENTS_AT + EVENT_PARAMETERS;
const REWRITES_AT = TURNS_AT + 1;
const WORK_AT = REWRITES_AT + 4;

const WRITES = `
  SELECT n, uid, on_state, on_gate, on_turn, events, messages, turns, bytes, ${keysFrom(7, "n")}
  FROM unnest($4::uuid[], $5::int[], $6::int[], $8::int[], $9::int[], $10::int[], $11::int[],
      $${TURNS_AT}::int[])
    WITH ORDINALITY AS w (uid, on_state, on_gate, events, messages, turns, bytes, on_turn, n)`;

const STATES = `
  SELECT s.*, substr($12::bytea, at, length) AS state FROM ${statesFrom(STATES_AT, "s")}`;

const LOCKED = `
  SELECT uid, version, state_version, gate_version, message_count, turn_count, log_bytes,
    updated_at, state, tenant_id, user_id, session_id
  FROM sessions
  WHERE uid = ANY($4::uuid[])
  ORDER BY uid`;

const PLACED = `
  SELECT w.n, w.uid, w.digest, w.request_hash, w.events, w.messages, w.turns, w.bytes,
    (l.version + sum(w.events) OVER earlier)::int AS last_seq,
    (l.message_count + sum(w.messages) OVER earlier)::int AS message_count,
    (l.turn_count + sum(w.turns) OVER earlier)::int AS turn_count,
    l.log_bytes + sum(w.bytes) OVER earlier AS log_bytes
  FROM writes w JOIN locked l
    ON l.uid = w.uid AND (l.state_version = w.on_state OR l.gate_version = w.on_gate)
      AND (w.on_turn IS NULL OR l.turn_count = w.on_turn)
  WHERE ${isNew("w.digest")}
  WINDOW earlier AS (PARTITION BY w.uid ORDER BY w.n ROWS UNBOUNDED PRECEDING)`;

const RECORDED = recordOperations(`
  SELECT p.digest, p.request_hash, p.uid, p.last_seq - p.events + 1, p.last_seq,
    p.message_count, p.turn_count, p.log_bytes,
    CASE WHEN p.events = 0 THEN l.state ELSE s.state END,
    CASE WHEN p.events = 0 THEN l.state_version WHEN s.write > 0 THEN p.last_seq END,
    CASE WHEN p.events = 0 OR NOT s.moves_gate THEN l.gate_version
      WHEN s.moves_gate THEN p.last_seq END,
    CASE WHEN p.events = 0 THEN l.updated_at WHEN s.write > 0 THEN $1::timestamptz END,
    $1::timestamptz
  FROM placed p JOIN locked l ON l.uid = p.uid LEFT JOIN states s ON s.write = p.n
  ORDER BY p.digest`);

const APPENDED = `
  INSERT INTO session_events (session, seq, turn, message_no, role, starts_turn, type, bytes)
  SELECT p.uid, p.last_seq - p.events + e.place, p.turn_count - p.turns + e.turn,
    p.message_count - p.messages + e.message, e.role, e.starts_turn, e.type,
    substr($12::bytea, e.at, e.length)
  FROM ${eventsFrom(EVENTS_AT, "e")} JOIN placed p ON p.n = e.write`;

const REWRITTEN = `
  UPDATE session_events e SET bytes = substr($12::bytea, r.at, r.length)
  FROM ${rewritesFrom(REWRITES_AT, "r")} JOIN placed p ON p.n = r.write
  WHERE e.session = p.uid AND e.seq = r.seq`;

/** What was taken away is not found any more; its words go with the same commit. */
const UNFOUND = `
  DELETE FROM search_entries f
  USING ${rewritesFrom(REWRITES_AT, "r")} JOIN placed p ON p.n = r.write
  WHERE f.session = p.uid AND f.seq = r.seq`;

/** Of every write that crosses a multiple of an interval: the state right after it. */
const REMEMBERED = `
  INSERT INTO session_snapshots (session, seq, state_version, state)
  SELECT p.uid, p.last_seq,
    CASE WHEN s.write IS NULL THEN l.state_version ELSE p.last_seq END,
    CASE WHEN s.write IS NULL THEN l.state ELSE s.state END
  FROM placed p JOIN locked l ON l.uid = p.uid LEFT JOIN states s ON s.write = p.n
  WHERE ${crosses("p.last_seq", "p.events", SNAPSHOT_INTERVAL.events)}
    OR p.events > 0 AND ${crosses("p.log_bytes", "p.bytes", SNAPSHOT_INTERVAL.bytes)}`;

/** True if the last step to a place, of so much, led over a multiple of the interval. */
function crosses(place: string, step: string, interval: number): string {
  return `${place} / ${interval} > (${place} - ${step}) / ${interval}`;
}

/** Sessions whose entries of the search lag behind from now on. */
const QUEUED = `
  INSERT INTO search_queue AS q (session, version, ready_at)
  SELECT DISTINCT ON (p.uid) p.uid, p.last_seq, $1::timestamptz
  FROM placed p LEFT JOIN states s ON s.write = p.n
  WHERE p.messages > 0 OR s.write IS NOT NULL
  ORDER BY p.uid, p.n DESC
  ON CONFLICT (session) DO UPDATE SET version = greatest(q.version, excluded.version)`;

/** The columns that change with the state only. */
const RESTATED = [
  "state",
  "user_id",
  "external_id",
  "agent_id",
  "title",
  "status",
  "expires_at",
  "deleted_at",
  "archived_at",
  "pack_after",
  "rewrite_seq",
  "session_type",
  "tokens_used",
  "cost_micros",
  "visited",
].map((name) => `${name} = CASE WHEN s.write IS NULL THEN h.${name} ELSE s.${name} END`);

const HEADS = `
  UPDATE sessions h SET
    version = p.last_seq, message_count = p.message_count, turn_count = p.turn_count,
    log_bytes = p.log_bytes, updated_at = $1, updated_hour = $3,
    state_version = CASE WHEN s.write IS NULL THEN h.state_version ELSE p.last_seq END,
    gate_version = CASE WHEN s.moves_gate THEN p.last_seq ELSE h.gate_version END,
    ${RESTATED.join(",\n    ")}
  FROM (SELECT DISTINCT ON (uid) * FROM placed WHERE events > 0 ORDER BY uid, n DESC) p
    LEFT JOIN states s ON s.write = p.n
  WHERE h.uid = p.uid`;

const OUTCOMES = `
  SELECT w.n::int, p.last_seq, p.message_count, p.turn_count, p.log_bytes,
    l.version AS before_version, l.state_version AS before_state_version,
    l.gate_version AS before_gate_version,
    l.message_count AS before_message_count, l.turn_count AS before_turn_count,
    l.log_bytes AS before_log_bytes, l.updated_at AS before_updated_at,
    CASE WHEN row_number() OVER (PARTITION BY w.uid ORDER BY w.n) = 1
        AND (p.n IS NULL OR s.write IS NULL)
      THEN l.state END AS before_state,
    ${allRecorded("placed")}
  FROM writes w JOIN locked l ON l.uid = w.uid
    LEFT JOIN placed p ON p.n = w.n
    LEFT JOIN states s ON s.write = w.n
  ORDER BY w.n`;

/**
 * One batch of changes, all or nothing.
 *
 * Under READ COMMITTED the statement sees one snapshot, taken before it has a
 * single lock. What holds against writers that commit in between:
 *
 * - `locked` gives each row as it is once the lock is held, not as the snapshot
 *   shows it (Postgres looks the newest version up again). So the versions
 *   and the counters are current, and nobody changes them until the commit.
 * - `heads` finds rows by the snapshot but updates their newest version, which
 *   is the one that is locked.
 * - Whether an operation was done before is looked up by the snapshot, which
 *   may be too old to show it. The unique key notices; the seqs were given out
 *   by then, so the whole statement is run again.
 *
 * Operations are looked up in a sub-select, one by one: a join that was planned
 * on empty tables could read the whole table later.
 */
function changeStatement(name: string, locking: string, work = ""): Statement {
  const text = `
WITH writes AS MATERIALIZED (${WRITES}
), states AS MATERIALIZED (${STATES}
), locked AS MATERIALIZED (${LOCKED}
  ${locking}
), placed AS MATERIALIZED (${PLACED}
), recorded AS (${RECORDED}
), appended AS (${APPENDED}
), rewritten AS (${REWRITTEN}
), remembered AS (${REMEMBERED}
), unfound AS (${UNFOUND}
), queued AS (${QUEUED}
), heads AS (${HEADS}
)${work}${OUTCOMES}`;
  return { name, text };
}

/** Tasks and accounts: only in the statement of a batch that changes some. */
const WORK = `, tasked AS (${changeTasks(WORK_AT, 12)}
)${moveMoney(WORK_AT + TASK_PARAMETERS)}`;

/** And shares: rare, so that one more statement for both is enough. */
const SHARES = `${WORK}${changeShares(WORK_AT + TASK_PARAMETERS + MONEY_PARAMETERS)}`;

/** Heads that are locked elsewhere are left out of the answer, and so are their writes. */
const CHANGE = {
  plain: changeStatement("change_sessions", "FOR UPDATE SKIP LOCKED"),
  work: changeStatement("change_sessions_work", "FOR UPDATE SKIP LOCKED", WORK),
  shares: changeStatement("change_sessions_shares", "FOR UPDATE SKIP LOCKED", SHARES),
};

/** Waits for heads that are locked elsewhere; what it leaves out does not exist. */
const CHANGE_WAITING = {
  plain: changeStatement("change_sessions_waiting", "FOR UPDATE"),
  work: changeStatement("change_sessions_waiting_work", "FOR UPDATE", WORK),
  shares: changeStatement("change_sessions_waiting_shares", "FOR UPDATE", SHARES),
};

/** The statement of a batch, and its parameters in the order of their numbers. */
export function changeQuery(
  batch: readonly PendingChange[],
  now: Date,
  options: { readonly waiting: boolean },
): { statement: Statement; values: unknown[] } {
  const bytes = new Bytes();
  const statements = options.waiting ? CHANGE_WAITING : CHANGE;
  const kind = kindOf(batch);
  // The bytes of tasks are put behind the others before these are taken.
  const work =
    kind === "plain" ? [] : [...taskArrays(tasksOf(batch), bytes), ...moneyArrays(batch)];
  const shares = kind === "shares" ? shareArrays(sharesOf(batch)) : [];
  return {
    statement: statements[kind],
    values: [...changeValues(batch, now, bytes), ...work, ...shares],
  };
}

/** The least statement that does all of a batch. */
function kindOf(batch: readonly PendingChange[]): keyof typeof CHANGE {
  if (batch.some(({ change }) => change.shares)) return "shares";
  return batch.some(({ change }) => change.tasks || change.account) ? "work" : "plain";
}

function sharesOf(batch: readonly PendingChange[]) {
  return batch.flatMap(({ change: { shares } }, index) =>
    shares === undefined ? [] : [{ write: index + 1, shares }],
  );
}

function tasksOf(batch: readonly PendingChange[]) {
  return batch.map(({ change }, index) => ({ write: index + 1, tasks: change.tasks ?? [] }));
}

function changeValues(batch: readonly PendingChange[], now: Date, bytes: Bytes): unknown[] {
  const events = new EventArrays(bytes);
  for (const [index, write] of batch.entries()) events.add(index + 1, write.events);
  const states = stateArrays(
    batch.flatMap(({ state }, index) => (state ? [{ write: index + 1, columns: state }] : [])),
    bytes,
  );
  const rewrites = rewriteArrays(batch, bytes);
  return [
    now.toISOString(),
    forgottenSince(now).toISOString(),
    hourOf(now),
    batch.map((write) => write.uid),
    batch.map(({ change: { basedOn } }) => ("state" in basedOn ? basedOn.state : null)),
    batch.map(({ change: { basedOn } }) => ("gate" in basedOn ? basedOn.gate : null)),
    keysOf(batch),
    batch.map((write) => write.tally.events),
    batch.map((write) => write.tally.messages),
    batch.map((write) => write.tally.turns),
    batch.map((write) => write.tally.bytes),
    bytes.toBuffer(),
    ...states,
    ...events.values(),
    batch.map(({ change }) => change.atTurn ?? null),
    ...rewrites,
  ];
}

function rewriteArrays(batch: readonly PendingChange[], bytes: Bytes): unknown[] {
  const rewrites = batch.flatMap(({ change }, index) =>
    (change.rewrites ?? []).map((rewrite) => ({ write: index + 1, ...rewrite })),
  );
  return [
    rewrites.map(({ write }) => write),
    rewrites.map(({ seq }) => seq),
    rewrites.map((rewrite) => bytes.add(rewrite.bytes)),
    rewrites.map((rewrite) => rewrite.bytes.length),
  ];
}

/** Digest and request hash of each write, one after the other: 64 bytes a write. */
export function keysOf(
  batch: readonly { readonly digest: Buffer; readonly requestHash: Uint8Array }[],
): Buffer {
  return Buffer.concat(batch.flatMap((write) => [write.digest, write.requestHash]));
}

/** Hours since 1970. */
export function hourOf(time: Date): number {
  return Math.floor(time.getTime() / 3_600_000);
}
