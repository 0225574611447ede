import type { Lane, Statement } from "../lane.ts";
import { packEvents, type WholeEventRow } from "./packed-events.ts";

/** What one packed row holds at most: so many events, and so many bytes before packing. */
const CHUNK = { events: 1000, bytes: 1024 * 1024 };

/** Packed events that one statement takes out of the log. */
const REMOVED_AT_ONCE = 5000;

const READ_UNPACKED: Statement = {
  name: "read_unpacked",
  text: `
    SELECT seq, turn, message_no, role, starts_turn, type, bytes FROM (
      SELECT *, sum(octet_length(bytes)) OVER (ORDER BY seq) - octet_length(bytes) AS before
      FROM session_events WHERE session = $1 AND seq > $2 ORDER BY seq LIMIT $3
    ) page WHERE before < $4 ORDER BY seq`,
};

const ADD_CHUNK: Statement = {
  name: "add_archive_chunk",
  text: `
    INSERT INTO session_archives (session, first_seq, last_seq, bytes)
    SELECT $1::uuid, $2::int, $3::int, $4::bytea WHERE EXISTS (SELECT FROM sessions WHERE uid = $1)
    ON CONFLICT (session, first_seq)
      DO UPDATE SET last_seq = excluded.last_seq, bytes = excluded.bytes`,
};

const REMOVE_PACKED: Statement = {
  name: "remove_packed",
  text: "SELECT remove_packed_events($1, $2, $3) AS count",
};

const PACKED: Statement = {
  name: "log_packed",
  text: `
    UPDATE sessions SET pack_after = NULL
    WHERE uid = $1 AND archived_at IS NOT NULL AND pack_after <= $2
      AND NOT EXISTS (SELECT FROM session_events WHERE session = $1)`,
};

/** First copies all events into chunks, then takes them out of the log. */
export async function packLog(lane: Lane, uid: string, now: Date): Promise<void> {
  let last = 0;
  for (;;) {
    const rows = await lane.run<WholeEventRow>(READ_UNPACKED, [
      uid,
      last,
      CHUNK.events,
      CHUNK.bytes,
    ]);
    const [first, end] = [rows[0], rows.at(-1)];
    if (first === undefined || end === undefined) break;
    await lane.run(ADD_CHUNK, [uid, first.seq, end.seq, await packEvents(rows)]);
    last = end.seq;
  }
  const due = now.toISOString();
  for (let removed = REMOVED_AT_ONCE; removed === REMOVED_AT_ONCE; ) {
    const rows = await lane.run<{ count: number }>(REMOVE_PACKED, [uid, due, REMOVED_AT_ONCE]);
    removed = rows[0]!.count;
  }
  await lane.run(PACKED, [uid, due]);
}
