import { Role } from "../../../gen/parley/v1/message_pb.js";
import { derivedText } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedTime } from "../queries/bounds.ts";
import { ownerWord } from "./owner-word.ts";
import type { IndexChange } from "./port.ts";

/**
 * What of a text can be found, in UTF-16 code units. Its words must fit into a
 * tsvector, which has room for 1 MB.
 */
const MAX_TEXT = 100_000;

/** Moves on only from where it was thought to be, so that two who index do no harm. */
const INDEX_EVENTS: Statement = {
  name: "index_events",
  text: `
    WITH moved AS (
      INSERT INTO search_progress AS p (session, seq)
      SELECT $1::uuid, $3::int WHERE EXISTS (SELECT FROM sessions WHERE uid = $1)
      ON CONFLICT (session) DO UPDATE SET seq = $3 WHERE p.seq = $2
      RETURNING 1
    ), removed AS (
      DELETE FROM search_entries WHERE session = $1 AND EXISTS (SELECT FROM moved)
        AND (seq = ANY($5::int[]) OR seq BETWEEN 1 AND $6)
    )
    INSERT INTO search_entries (session, seq, written_at, role, words)
    SELECT $1, e.seq, e.written_at, e.role,
      to_tsvector('simple', e.content) || array_to_tsvector(ARRAY[$4::text])
    FROM unnest($7::int[], $8::timestamptz[], $9::smallint[], $10::text[])
      AS e (seq, written_at, role, content)
    WHERE EXISTS (SELECT FROM moved)
    ON CONFLICT (session, seq) DO UPDATE SET written_at = excluded.written_at, words = excluded.words`,
};

/** A write that comes at the same time has locked the row, and raised it by the time it is seen. */
const LET_GO: Statement = {
  name: "let_go_indexed",
  text: "DELETE FROM search_queue WHERE session = $1 AND version <= $2 RETURNING 1",
};

const TAKE_UP_AGAIN: Statement = {
  name: "take_up_again",
  text: "UPDATE search_queue SET ready_at = $2 WHERE session = $1",
};

export async function indexEvents(lane: Lane, change: IndexChange): Promise<void> {
  const { uid, from, to, owner, add, remove, removeUpTo } = change;
  const gone = new Set(remove);
  const kept = add.filter(({ seq }) => !gone.has(seq) && (seq === 0 || seq > removeUpTo));
  await lane.run(INDEX_EVENTS, [
    uid,
    from,
    to,
    ownerWord(owner),
    remove,
    removeUpTo,
    kept.map(({ seq }) => seq),
    kept.map(({ writtenAt }) => boundedTime(writtenAt)),
    kept.map(({ role }) => (role === Role.UNSPECIFIED ? null : role)),
    kept.map(({ text }) => derivedText(text, MAX_TEXT)),
  ]);
  const letGo = await lane.run(LET_GO, [uid, to]);
  if (letGo.length === 0) await lane.run(TAKE_UP_AGAIN, [uid, change.now.toISOString()]);
}
