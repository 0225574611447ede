import type { AccountOwner } from "../accounts/port.ts";
import type { Lane, Statement } from "../lane.ts";
import type { OwnedSession } from "./port.ts";

/** Columns only: what cannot be decoded any more is to go as well. */
const OWNED_SESSIONS: Statement = {
  name: "owned_sessions",
  text: `
    (SELECT uid, session_id, false AS deleted FROM sessions
      WHERE tenant_id = $1 AND user_id = $2 AND deleted_at IS NULL LIMIT $3)
    UNION ALL
    (SELECT uid, session_id, true AS deleted FROM sessions
      WHERE tenant_id = $1 AND user_id = $2 AND deleted_at IS NOT NULL LIMIT $3)
    LIMIT $3`,
};

interface OwnedRow {
  readonly uid: string;
  readonly session_id: string;
  readonly deleted: boolean;
}

export async function sessionsOf(
  lane: Lane,
  { tenantId, userId }: AccountOwner,
  limit: number,
): Promise<OwnedSession[]> {
  const rows = await lane.run<OwnedRow>(OWNED_SESSIONS, [tenantId, userId, limit]);
  return rows.map(({ uid, session_id, deleted }) => ({ uid, sessionId: session_id, deleted }));
}
