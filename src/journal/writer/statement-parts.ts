/** What the statements for creations and for changes have in common. */

const STATE_COLUMNS = [
  ["write", "int"],
  ["user_id", "text"],
  ["external_id", "text"],
  ["agent_id", "text"],
  ["title", "text"],
  ["status", "smallint"],
  ["expires_at", "timestamptz"],
  ["deleted_at", "timestamptz"],
  ["archived_at", "timestamptz"],
  ["pack_after", "timestamptz"],
  ["rewrite_seq", "int"],
  ["session_type", "smallint"],
  ["tokens_used", "bigint"],
  ["cost_micros", "bigint"],
  ["visited", "boolean"],
  ["moves_gate", "boolean"],
  ["at", "int"],
  ["length", "int"],
] as const;

const EVENT_COLUMNS = [
  ["write", "int"],
  ["place", "int"],
  ["turn", "int"],
  ["message", "int"],
  ["role", "smallint"],
  ["starts_turn", "boolean"],
  ["type", "text"],
  ["at", "int"],
  ["length", "int"],
] as const;

const REWRITE_COLUMNS = [
  ["write", "int"],
  ["seq", "int"],
  ["at", "int"],
  ["length", "int"],
] as const;

/**
 * The states of a batch as a table.
 * @param first number of the first parameter of `stateArrays`
 */
export function statesFrom(first: number, alias: string): string {
  return unnest(STATE_COLUMNS, first, alias);
}

/**
 * The events of a batch as a table.
 * @param first number of the first parameter of `EventArrays.values`
 */
export function eventsFrom(first: number, alias: string): string {
  return unnest(EVENT_COLUMNS, first, alias);
}

/**
 * The rewrites of a batch as a table.
 * @param first number of the first of its four parameters
 */
export function rewritesFrom(first: number, alias: string): string {
  return unnest(REWRITE_COLUMNS, first, alias);
}

/** How many parameters the states take. */
export const STATE_PARAMETERS = STATE_COLUMNS.length;

/** How many parameters the events take. */
export const EVENT_PARAMETERS = EVENT_COLUMNS.length;

export function unnest(
  columns: readonly (readonly [name: string, type: string])[],
  first: number,
  alias: string,
): string {
  const arrays = columns.map(([, type], index) => `$${first + index}::${type}[]`);
  const names = columns.map(([name]) => name);
  return `unnest(${arrays.join(", ")}) AS ${alias} (${names.join(", ")})`;
}

/** Digest and request hash of write `n`, of the parameter that holds those of all writes. */
export function keysFrom(parameter: number, n: string): string {
  const start = (offset: number) => `(${n}::int - 1) * 64 + ${offset}`;
  return `substr($${parameter}::bytea, ${start(1)}, 32) AS digest,
    substr($${parameter}::bytea, ${start(33)}, 32) AS request_hash`;
}

/** True for an operation that was not done in the last 24 hours, as far as the snapshot shows. */
export function isNew(digest: string): string {
  return `coalesce(
    (SELECT o.created_at FROM operations o WHERE o.digest = ${digest}), '-infinity') <= $2`;
}

/**
 * Records the operations that a select gives, in the order of their keys; one
 * that is older than 24 hours gives way. What it does not return was recorded
 * by somebody else in the meantime.
 */
export function recordOperations(select: string): string {
  const columns = [
    "request_hash",
    "session",
    "first_seq",
    "last_seq",
    "message_count",
    "turn_count",
    "log_bytes",
    "state",
    "state_version",
    "gate_version",
    "updated_at",
    "created_at",
  ];
  return `INSERT INTO operations AS o (digest, ${columns.join(", ")})
  ${select}
  ON CONFLICT (digest) DO UPDATE SET
    ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}
  WHERE o.created_at <= $2
  RETURNING 1`;
}

/** Ends the statement, to be run again, if not every operation could be recorded. */
export function allRecorded(made: string): string {
  return `CASE WHEN (SELECT count(*) FROM recorded) < (SELECT count(*) FROM ${made})
    THEN run_again() END AS run_again`;
}

/**
 * Of new sessions, a table with `n`, `tenant_id`, `session_id` and `user_id`, those whose id
 * somebody has by the snapshot: a living session, or somebody else's deleted one.
 */
export function holdersOf(sessions: string): string {
  return `
  SELECT c.n
  FROM ${sessions} c CROSS JOIN LATERAL (
    SELECT h.user_id, h.deleted_at FROM sessions h
    WHERE h.tenant_id = c.tenant_id AND h.session_id = c.session_id
    ORDER BY h.deleted_at DESC NULLS FIRST LIMIT 1
  ) h
  WHERE h.deleted_at IS NULL OR h.user_id <> c.user_id`;
}

/** Makes the heads that a table gives; what a unique id is taken for is left out. */
export function createHeads(from: string): string {
  return `
  INSERT INTO sessions (uid, tenant_id, session_id, external_id, user_id, agent_id, title,
    status, created_at, updated_at, updated_hour, expires_at, deleted_at, version,
    state_version, gate_version, rewrite_seq, session_type, tokens_used, cost_micros,
    message_count, turn_count, log_bytes, visited, state)
  SELECT c.uid, c.tenant_id, c.session_id, c.external_id, c.user_id, c.agent_id, c.title,
    c.status, c.created_at, c.created_at, floor(extract(epoch FROM c.created_at) / 3600)::int,
    c.expires_at, c.deleted_at, c.version,
    c.version, c.version, c.rewrite_seq, c.session_type, c.tokens_used, c.cost_micros,
    c.messages, c.turns, c.bytes, c.visited, c.state
  FROM ${from}
  ORDER BY c.tenant_id COLLATE "C", c.session_id COLLATE "C"
  ON CONFLICT DO NOTHING
  RETURNING uid`;
}
