import type { PackedEvent } from "../../../gen/parley/store/v1/packed_pb.js";
import { unavailable } from "../../domain/errors.ts";
import { Bytes } from "../bytes.ts";
import type { Lane, Statement } from "../lane.ts";
import { unpackEvents } from "./packed-events.ts";
import { PACK_DELAY_MS } from "./port.ts";

const KEEP_UNPACKED: Statement = {
  name: "keep_unpacked",
  text: "UPDATE sessions SET pack_after = $2 WHERE uid = $1 AND archived_at IS NOT NULL",
};

const NEXT_CHUNK: Statement = {
  name: "next_archive_chunk",
  text: `
    SELECT last_seq, bytes FROM session_archives
    WHERE session = $1 AND first_seq > $2 ORDER BY first_seq LIMIT 1`,
};

const PUT_BACK: Statement = {
  name: "put_back_events",
  text: `
    INSERT INTO session_events (session, seq, turn, message_no, role, starts_turn, type, bytes)
    SELECT $1, seq, turn, message_no, role, starts_turn, type, substr($2::bytea, at, length)
    FROM unnest($3::int[], $4::int[], $5::int[], $6::smallint[], $7::boolean[], $8::text[],
      $9::int[], $10::int[])
      AS e (seq, turn, message_no, role, starts_turn, type, at, length)
    WHERE EXISTS (SELECT FROM sessions WHERE uid = $1)
    ON CONFLICT DO NOTHING`,
};

const DROP_CHUNKS: Statement = {
  name: "drop_archive_chunks",
  text: "SELECT drop_unpacked_chunks($1)",
};

/** Rounds after which somebody who packs at the same time has won. */
const MAX_ROUNDS = 8;

/** Every event is in its table again before a single chunk goes. */
export async function unpackLog(lane: Lane, uid: string, now: Date): Promise<void> {
  const until = new Date(now.getTime() + PACK_DELAY_MS);
  await lane.run(KEEP_UNPACKED, [uid, until.toISOString()]);
  for (let round = 0; await putBack(lane, uid); round++) {
    if (round === MAX_ROUNDS) throw unavailable(new Error("a log is packed all the time"));
    await lane.run(DROP_CHUNKS, [uid]);
  }
}

/** True if anything was packed. */
async function putBack(lane: Lane, uid: string): Promise<boolean> {
  let last = 0;
  for (;;) {
    const [chunk] = await lane.run<{ last_seq: number; bytes: Buffer }>(NEXT_CHUNK, [uid, last]);
    if (chunk === undefined) return last > 0;
    await lane.run(PUT_BACK, putBackValues(uid, await unpackEvents(chunk.bytes)));
    last = chunk.last_seq;
  }
}

function putBackValues(uid: string, events: readonly PackedEvent[]): unknown[] {
  const bytes = new Bytes();
  const at = events.map(({ event }) => bytes.add(event));
  return [
    uid,
    bytes.toBuffer(),
    events.map(({ seq }) => seq),
    events.map(({ turn }) => turn),
    events.map(({ messageNo }) => messageNo),
    events.map(({ role }) => (role === 0 ? null : role)),
    events.map(({ startsTurn }) => startsTurn),
    events.map(({ type }) => type),
    at,
    events.map(({ event }) => event.length),
  ];
}
