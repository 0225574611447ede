import { soughtId } from "../derived-text.ts";
import type { Lane, Statement } from "../lane.ts";
import type { SessionAddress } from "../port.ts";
import { boundedTime } from "../queries/bounds.ts";
import type { ArchivedUntil, PurgeWish } from "./port.ts";

/**
 * Takes heads away and remembers whose they were: $1 is now, $2 the erasure.
 * @param which gives the uids, locked, so that what they were chosen for still holds
 */
function beginning(name: string, which: string): Statement {
  return {
    name,
    text: `
      WITH gone AS (
        DELETE FROM sessions WHERE uid IN (${which})
        RETURNING uid, tenant_id, user_id, session_id
      )
      INSERT INTO purges (uid, tenant_id, user_id, session_id, begun_at, due_at, erasure)
      SELECT uid, tenant_id, user_id, session_id, $1, $1, $2::uuid FROM gone
      RETURNING uid`,
  };
}

const PURGE_DELETED = beginning(
  "purge_deleted",
  `SELECT uid FROM sessions
    WHERE tenant_id = $3 AND user_id = $4 AND session_id = $5 AND deleted_at <= $6
    ORDER BY uid FOR UPDATE`,
);

const PURGE_SESSIONS = beginning(
  "purge_sessions",
  `SELECT uid FROM sessions WHERE uid = ANY($3::uuid[]) AND (deleted_at IS NOT NULL OR $4)
    ORDER BY uid FOR UPDATE`,
);

const PURGE_FORGOTTEN = beginning(
  "purge_forgotten",
  `SELECT uid FROM sessions WHERE deleted_at <= $3
    ORDER BY deleted_at LIMIT $4 FOR UPDATE SKIP LOCKED`,
);

const PURGE_ARCHIVED = beginning(
  "purge_archived",
  `SELECT uid FROM sessions
    WHERE tenant_id = $3 AND session_type = $4 AND archived_at <= $5 AND deleted_at IS NULL
    ORDER BY archived_at LIMIT $6 FOR UPDATE SKIP LOCKED`,
);

type Begun = { readonly uid: string };

export async function purgeDeleted(
  lane: Lane,
  { tenantId, userId, id }: SessionAddress,
  until: Date,
  now: Date,
): Promise<string[]> {
  const owner = [soughtId(tenantId), soughtId(userId)];
  const values = [now.toISOString(), null, ...owner, soughtId(id), boundedTime(until)];
  const rows = await lane.run<Begun>(PURGE_DELETED, values);
  return rows.map(({ uid }) => uid);
}

export async function purgeSessions(lane: Lane, wish: PurgeWish, now: Date): Promise<number> {
  const values = [now.toISOString(), wish.erasureId ?? null, wish.uids, wish.whatever];
  return (await lane.run<Begun>(PURGE_SESSIONS, values)).length;
}

export async function purgeForgotten(
  lane: Lane,
  until: Date,
  now: Date,
  limit: number,
): Promise<number> {
  const values = [now.toISOString(), null, boundedTime(until), limit];
  return (await lane.run<Begun>(PURGE_FORGOTTEN, values)).length;
}

export async function purgeArchived(
  lane: Lane,
  { tenantId, sessionType, until }: ArchivedUntil,
  now: Date,
  limit: number,
): Promise<number> {
  const values = [now.toISOString(), null, tenantId, sessionType, boundedTime(until), limit];
  return (await lane.run<Begun>(PURGE_ARCHIVED, values)).length;
}
