import { create, toBinary } from "@bufbuild/protobuf";
import { EventSchema } from "../../../gen/parley/v1/event_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { MAX_SEQ } from "../../domain/event.ts";
import type { Lane, Statement } from "../lane.ts";
import type { TurnNameQuery, TurnQuery, TurnRecords } from "../port.ts";
import { boundedInteger } from "../queries/bounds.ts";
import { ANSWER_BYTES, eventRecord } from "../queries/events.ts";

/** Most events that are read from either end of a turn. */
const MAX_EXCERPT = 1000;
/** Among how many messages, from either end, the first of a user and the last of an agent are. */
const PROBED_MESSAGES = 1000;

/** How many messages the log holds before a seq: seqs have no gaps, so the event before it says. */
function messagesBefore(seq: string): string {
  return `coalesce((SELECT e.message_no FROM session_events e
        WHERE e.session = $1 AND e.seq = ${seq} - 1), 0)`;
}

function messageOf(role: Role, between: string, order: "ASC" | "DESC"): string {
  return `(SELECT e.seq FROM session_events e
        WHERE e.session = $1 AND e.role IS NOT NULL AND e.role = ${role} AND ${between}
        ORDER BY e.message_no ${order} LIMIT 1)`;
}

const FIRST_MESSAGES = `e.message_no > c.before
          AND e.message_no <= least(c.through, c.before + ${PROBED_MESSAGES})`;
const LAST_MESSAGES = `e.message_no > greatest(c.before, c.through - ${PROBED_MESSAGES})
          AND e.message_no <= c.through`;

/**
 * Turns are runs of seqs, and seqs have no gaps: where a turn and the next one
 * start says which events it has and how many. What comes before the first
 * turn counts as turn 0 and starts with the log.
 *
 * Of a turn longer than the excerpt (`is_long`) its ends are read, and what is
 * found by one probe of an index each: the event that ended it, its first user
 * message and its last assistant message. `until` is where it was ended, else
 * where it ends.
 *
 * `through_turn` is the size of all turns up to and including this one, in the
 * order asked for; where it is the size of the turn alone, the turn comes first.
 * Only lengths are looked at for that, so what is cut off is never read. What
 * tells most of a turn (`is_core`) is never cut off.
 */
const READ_TURNS: Statement = {
  name: "read_turns",
  text: `
    WITH starts AS (
      SELECT 0 AS turn, 1 AS seq WHERE $2::int <= 0
      UNION ALL
      SELECT turn, seq FROM session_events
      WHERE session = $1 AND starts_turn AND turn BETWEEN $2 AND $3::int + 1
    ), bounds AS (
      SELECT turn, seq AS first,
        least(coalesce(lead(seq) OVER (ORDER BY turn) - 1, v.version), $4) AS last
      FROM starts CROSS JOIN (SELECT version FROM sessions WHERE uid = $1) v
    ), turns AS MATERIALIZED (
      SELECT b.*, least(b.last, e.seq) AS until,
        least(b.last, e.seq) - b.first >= $5::int + $6::int AS is_long
      FROM bounds b LEFT JOIN LATERAL (
        SELECT seq FROM session_events
        WHERE session = $1 AND turn = b.turn AND type = 'turn_ended' AND seq <= b.last LIMIT 1
      ) e ON true
      WHERE b.turn BETWEEN $2 AND $3
    ), counted AS MATERIALIZED (
      SELECT *, ${messagesBefore("first")} AS before, ${messagesBefore("(until + 1)")} AS through
      FROM turns WHERE is_long
    ), found AS MATERIALIZED (
      SELECT turn, first + $5::int AS beyond, until - $6::int AS within,
        ${messageOf(Role.USER, FIRST_MESSAGES, "ASC")} AS asked,
        ${messageOf(Role.ASSISTANT, LAST_MESSAGES, "DESC")} AS answered
      FROM counted c
    ), probed AS (
      SELECT turn, CASE WHEN asked BETWEEN beyond AND within THEN asked END AS asked,
        CASE WHEN answered BETWEEN beyond AND within THEN answered END AS answered
      FROM found
    ), page AS (
      SELECT t.turn, t.first, t.last, t.until, e.*, octet_length(e.bytes) AS length
      FROM turns t LEFT JOIN probed p USING (turn) CROSS JOIN LATERAL (
        SELECT seq, role, bytes FROM session_events
        WHERE session = $1 AND seq BETWEEN t.first AND least(t.last, t.first + $5::int - 1)
        UNION ALL
        SELECT seq, role, bytes FROM session_events
        WHERE session = $1 AND seq BETWEEN greatest(t.first + $5::int, t.until - $6::int + 1) AND t.until
        UNION ALL
        SELECT seq, role, bytes FROM session_events
        WHERE session = $1 AND seq IN (p.asked, p.answered)
      ) e
    ), told AS (
      SELECT *, seq IN (first, until,
        min(seq) FILTER (WHERE role = ${Role.USER}) OVER (PARTITION BY turn),
        max(seq) FILTER (WHERE role = ${Role.ASSISTANT}) OVER (PARTITION BY turn)) AS is_core
      FROM page
    ), sums AS (
      SELECT *,
        sum(length) OVER (ORDER BY turn * $8::int) AS through_turn,
        sum(length) OVER (PARTITION BY turn) AS of_turn,
        sum(length) OVER (PARTITION BY turn ORDER BY is_core DESC, seq) AS through_event
      FROM told
    )
    SELECT turn, first, last, seq, bytes FROM sums
    WHERE through_turn <= $7
      OR through_turn = of_turn AND (is_core OR through_event <= $7)
    ORDER BY turn * $8::int, seq`,
};

interface TurnRow {
  readonly turn: number;
  readonly first: number;
  readonly last: number;
  readonly seq: number;
  readonly bytes: Buffer;
}

export async function readTurns(lane: Lane, query: TurnQuery): Promise<TurnRecords[]> {
  const values = [
    query.uid,
    boundedInteger(query.fromTurn),
    // One less than the greatest, since the statement looks at the turn after it.
    Math.min(boundedInteger(query.toTurn), MAX_SEQ - 1),
    boundedInteger(query.upToSeq),
    Math.min(Math.max(query.excerpt.first, 1), MAX_EXCERPT),
    Math.min(Math.max(query.excerpt.last, 0), MAX_EXCERPT),
    ANSWER_BYTES,
    query.order === "asc" ? 1 : -1,
  ];
  const rows = await lane.run<TurnRow>(READ_TURNS, values);
  return [...Map.groupBy(rows, (row) => row.turn).values()].map(turnRecords);
}

function turnRecords(rows: readonly TurnRow[]): TurnRecords {
  const { turn, first, last } = rows[0]!;
  const events = rows.map(eventRecord);
  return { turn, events, eventCount: last - first + 1, lastSeq: last };
}

/** An event is encoded with its fields in order, of which its id is the first that is kept. */
const FIND_TURN: Statement = {
  name: "find_turn",
  text: `
    SELECT turn FROM session_events
    WHERE session = $1 AND starts_turn AND turn BETWEEN $2 AND $3
      AND substr(bytes, 1, octet_length($4::bytea)) = $4
    ORDER BY turn DESC LIMIT 1`,
};

export async function findTurn(lane: Lane, query: TurnNameQuery): Promise<number | undefined> {
  if (query.turnId === "") return undefined;
  const id = toBinary(EventSchema, create(EventSchema, { eventId: query.turnId }));
  const range = [boundedInteger(query.fromTurn), boundedInteger(query.toTurn)];
  const [row] = await lane.run<{ turn: number }>(FIND_TURN, [query.uid, ...range, id]);
  return row?.turn;
}
