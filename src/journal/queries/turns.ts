import { MAX_SEQ } from "../../domain/event.ts";
import type { Lane, Statement } from "../lane.ts";
import type { TurnQuery, TurnRecords } from "../port.ts";
import { boundedInteger } from "./bounds.ts";
import { ANSWER_BYTES, eventRecord } from "./events.ts";

/**
 * Turns are runs of seqs, and seqs have no gaps: where a turn and the next one
 * start says which events it has and how many. What comes before the first
 * turn counts as turn 0 and starts with the log.
 *
 * `through_turn` is the size of all turns up to and including this one, in the
 * order asked for; where it is the size of the turn alone, the turn comes first.
 * Only lengths are looked at for that, so what is cut off is never read.
 */
const READ_TURNS: Statement = {
  name: "read_turns",
  text: `
    WITH starts AS (
      SELECT 0 AS turn, 1 AS seq WHERE $2::int <= 0
      UNION ALL
      SELECT turn, seq FROM session_events
      WHERE session = $1 AND starts_turn AND turn BETWEEN $2 AND $3::int + 1
    ), turns AS (
      SELECT turn, seq AS first,
        least(coalesce(lead(seq) OVER (ORDER BY turn) - 1, v.version), $4) AS last
      FROM starts CROSS JOIN (SELECT version FROM sessions WHERE uid = $1) v
    ), page AS (
      SELECT t.turn, t.first, t.last, e.seq, e.bytes, octet_length(e.bytes) AS length
      FROM turns t CROSS JOIN LATERAL (
        SELECT seq, bytes FROM session_events
        WHERE session = $1 AND seq BETWEEN t.first AND t.last
        ORDER BY seq LIMIT $5
      ) e
      WHERE t.turn BETWEEN $2 AND $3
    ), sums AS (
      SELECT *,
        sum(length) OVER (ORDER BY turn * $7::int) AS through_turn,
        sum(length) OVER (PARTITION BY turn) AS of_turn,
        sum(length) OVER (PARTITION BY turn ORDER BY seq) AS through_event
      FROM page
    )
    SELECT turn, first, last, seq, bytes FROM sums
    WHERE through_turn <= $6
      OR through_turn = of_turn AND (seq = first OR through_event <= $6)
    ORDER BY turn * $7::int, seq`,
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
    boundedInteger(query.perTurn),
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
