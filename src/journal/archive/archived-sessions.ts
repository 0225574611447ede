import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { containing, derivedText } from "../derived-text.ts";
import { headOf } from "../head.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedTime } from "../queries/bounds.ts";
import { headRow, type RawHeadRow } from "../queries/head-columns.ts";
import type { ArchivePage, ArchiveQuery } from "./port.ts";

const HEAD = `version, state_version, gate_version, message_count, turn_count, log_bytes,
  updated_at, state`;

const DUE_SESSIONS: Statement = {
  name: "due_sessions",
  text: `
    SELECT ${HEAD} FROM sessions
    WHERE deleted_at IS NULL AND archived_at IS NULL AND expires_at <= $1
    ORDER BY expires_at LIMIT $2`,
};

const PACKABLE_SESSIONS: Statement = {
  name: "packable_sessions",
  text: "SELECT uid FROM sessions WHERE pack_after <= $1 ORDER BY pack_after LIMIT $2",
};

const LIST_ARCHIVED: Statement = {
  name: "list_archived",
  text: `
    SELECT ${HEAD} FROM sessions
    WHERE tenant_id = $1 AND user_id = $2 AND archived_at IS NOT NULL AND deleted_at IS NULL
      AND ($3::text IS NULL OR agent_id = $3) AND ($4::text IS NULL OR title ILIKE $4)
      AND (archived_at, uid) < ($5::timestamptz, $6::uuid)
    ORDER BY archived_at DESC, uid DESC LIMIT $7`,
};

const LAST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export async function dueSessions(lane: Lane, now: Date, limit: number): Promise<Head[]> {
  const rows = await lane.run<RawHeadRow>(DUE_SESSIONS, [boundedTime(now), limit]);
  return rows.flatMap(readable);
}

/** What cannot be decoded any more cannot be archived either, and must not stop the others. */
function readable(row: RawHeadRow): Head[] {
  try {
    return [headOf(headRow(row))];
  } catch {
    return [];
  }
}

export async function packableSessions(lane: Lane, now: Date, limit: number): Promise<string[]> {
  const rows = await lane.run<{ uid: string }>(PACKABLE_SESSIONS, [boundedTime(now), limit]);
  return rows.map(({ uid }) => uid);
}

export async function listArchived(lane: Lane, query: ArchiveQuery): Promise<ArchivePage> {
  const { tenantId, userId, agentId, titleContains, limit, after } = query;
  const rows = await lane.run<RawHeadRow>(LIST_ARCHIVED, [
    tenantId,
    userId,
    agentId === undefined ? null : derivedText(agentId),
    titleContains === undefined ? null : containing(titleContains),
    after === undefined ? "infinity" : boundedTime(after.archivedAt),
    after?.uid ?? LAST_UUID,
    limit + 1,
  ]);
  const heads = rows.slice(0, limit).map((row) => headOf(headRow(row)));
  return { heads, hasMore: rows.length > limit };
}
