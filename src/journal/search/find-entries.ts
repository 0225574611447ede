import { placeEvent } from "../../domain/event.ts";
import { derivedText } from "../derived-text.ts";
import { headOf } from "../head.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedTime } from "../queries/bounds.ts";
import { headRow, type RawHeadRow } from "../queries/head-columns.ts";
import { ownerWord } from "./owner-word.ts";
import type { FoundEntry, SearchPage, SearchQuery } from "./port.ts";

const LAST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/**
 * The index gives the owner's entries only; the join is what makes sure of it,
 * and knows what was deleted since.
 */
const FIND_ENTRIES: Statement = {
  name: "find_entries",
  text: `
    SELECT f.session, f.seq, f.written_at, e.turn, e.bytes, s.version, s.state_version,
      s.gate_version, s.message_count, s.turn_count, s.log_bytes, s.updated_at, s.state
    FROM search_entries f JOIN sessions s ON s.uid = f.session
      LEFT JOIN session_events e ON e.session = f.session AND e.seq = f.seq
    WHERE numnode(websearch_to_tsquery('simple', $4)) > 0
      AND f.words @@ (websearch_to_tsquery('simple', $4) && $3::text::tsquery)
      AND s.tenant_id = $1 AND s.user_id = $2 AND s.deleted_at IS NULL
      AND ($5 OR (s.archived_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $6)))
      AND ($7::uuid IS NULL OR f.session = $7) AND ($8::text IS NULL OR s.agent_id = $8)
      AND ($9::smallint IS NULL OR f.role = $9)
      AND f.written_at >= $10::timestamptz AND f.written_at < $11::timestamptz
      AND (f.written_at, f.session, f.seq) < ($12::timestamptz, $13::uuid, $14::int)
    ORDER BY f.written_at DESC, f.session DESC, f.seq DESC LIMIT $15`,
};

interface FoundRow extends RawHeadRow {
  readonly session: string;
  readonly seq: number;
  readonly written_at: Date;
  readonly turn: number | null;
  readonly bytes: Buffer | null;
}

export async function findEntries(lane: Lane, query: SearchQuery): Promise<SearchPage> {
  const { tenantId, userId, agentId, role, after, limit } = query;
  const rows = await lane.run<FoundRow>(FIND_ENTRIES, [
    tenantId,
    userId,
    `'${ownerWord(query)}'`,
    derivedText(query.text, 1024),
    query.includeArchived,
    boundedTime(query.now),
    query.uid ?? null,
    agentId === undefined ? null : derivedText(agentId),
    role ?? null,
    query.writtenFrom ? boundedTime(query.writtenFrom) : "-infinity",
    query.writtenBefore ? boundedTime(query.writtenBefore) : "infinity",
    after ? boundedTime(after.writtenAt) : "infinity",
    after?.uid ?? LAST_UUID,
    after?.seq ?? 0,
    limit + 1,
  ]);
  return { entries: rows.slice(0, limit).map(entryOf), hasMore: rows.length > limit };
}

function entryOf(row: FoundRow): FoundEntry {
  const { session, seq, turn, bytes, written_at: writtenAt } = row;
  const event = bytes === null ? undefined : placeEvent(bytes, seq, turn ?? 0);
  return { uid: session, seq, writtenAt, head: headOf(headRow(row)), event };
}
