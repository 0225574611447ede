import { APPENDED_TYPES } from "../../domain/fold.ts";
import { decodeState } from "../head.ts";
import type { Lane, Statement } from "../lane.ts";
import type { PastState } from "../port.ts";
import { boundedInteger } from "./bounds.ts";
import { eventRecord } from "./events.ts";

const READ_PAST_STATE: Statement = {
  name: "read_past_state",
  text: `
    WITH base AS MATERIALIZED (
      SELECT seq, state_version, state FROM session_snapshots
      WHERE session = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1
    )
    SELECT seq, 0 AS turn, NULL::bytea AS bytes, state_version, state FROM base
    UNION ALL
    SELECT seq, turn, bytes, NULL, NULL FROM session_events
    WHERE session = $1 AND seq > coalesce((SELECT seq FROM base), 0) AND seq <= $2
      AND type <> ALL ($3::text[])
    ORDER BY seq`,
};

/** The remembered state, or an event after it. */
interface PastRow {
  readonly seq: number;
  readonly turn: number;
  readonly bytes: Buffer | null;
  readonly state_version: number | null;
  readonly state: Buffer | null;
}

export async function readPastState(lane: Lane, uid: string, seq: number): Promise<PastState> {
  const rows = await lane.run<PastRow>(READ_PAST_STATE, [uid, boundedInteger(seq), APPENDED_TYPES]);
  const events = rows.flatMap(({ seq, turn, bytes }) =>
    bytes === null ? [] : [eventRecord({ seq, turn, bytes })],
  );
  return { base: baseOf(rows[0]), events };
}

function baseOf(row: PastRow | undefined): PastState["base"] {
  if (row?.state === null || row?.state === undefined) return undefined;
  return { head: decodeState(row.state), seq: row.seq, stateVersion: row.state_version! };
}
