import type { EventRecord } from "../../domain/event.ts";
import type { Lane, Statement } from "../lane.ts";
import type { TurnQuery, TurnRecords } from "../port.ts";
import { ANSWER_BYTES, eventRecord } from "./events.ts";

/**
 * Turns are runs of seqs, and seqs have no gaps: where a turn and the next one
 * start says which events it has and how many. What comes before the first
 * turn counts as turn 0 and starts with the log.
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
      SELECT t.turn, t.first, t.last, e.seq, e.bytes,
        sum(octet_length(e.bytes)) OVER (ORDER BY e.seq) - octet_length(e.bytes) AS before
      FROM turns t CROSS JOIN LATERAL (
        SELECT seq, bytes FROM session_events
        WHERE session = $1 AND seq BETWEEN t.first AND t.last
        ORDER BY seq LIMIT $5
      ) e
      WHERE t.turn BETWEEN $2 AND $3
    )
    SELECT turn, first, last, seq, CASE WHEN seq = first OR before < $6 THEN bytes END AS bytes
    FROM page ORDER BY seq`,
};

interface TurnRow {
  readonly turn: number;
  readonly first: number;
  readonly last: number;
  readonly seq: number;
  /** Null where the answer would grow too large. */
  readonly bytes: Buffer | null;
}

export async function readTurns(lane: Lane, query: TurnQuery): Promise<TurnRecords[]> {
  const { uid, fromTurn, toTurn, upToSeq, perTurn } = query;
  const values = [uid, fromTurn, toTurn, upToSeq, perTurn, 4 * ANSWER_BYTES];
  const rows = await lane.run<TurnRow>(READ_TURNS, values);
  return [...Map.groupBy(rows, (row) => row.turn).values()].map(turnRecords);
}

function turnRecords(rows: readonly TurnRow[]): TurnRecords {
  const { turn, first, last } = rows[0]!;
  const events = rows.flatMap(({ seq, bytes }): EventRecord[] =>
    bytes === null ? [] : [eventRecord({ seq, turn, bytes })],
  );
  return { turn, events, eventCount: last - first + 1, lastSeq: last };
}
