import type { Lane, Statement } from "../lane.ts";
import type { OthersSession } from "./port.ts";

const FIRST_UUID = "00000000-0000-0000-0000-000000000000";

const VISITED_SESSIONS: Statement = {
  name: "visited_sessions",
  text: `
    SELECT uid, tenant_id, user_id, session_id FROM sessions
    WHERE visited AND tenant_id = $1 AND uid > $2 ORDER BY uid LIMIT $3`,
};

interface VisitedRow {
  readonly uid: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly session_id: string;
}

export async function visitedSessions(
  lane: Lane,
  tenantId: string,
  after: string | undefined,
  limit: number,
): Promise<OthersSession[]> {
  const values = [tenantId, after ?? FIRST_UUID, limit];
  const rows = await lane.run<VisitedRow>(VISITED_SESSIONS, values);
  return rows.map((row) => ({
    uid: row.uid,
    tenantId: row.tenant_id,
    userId: row.user_id,
    sessionId: row.session_id,
  }));
}
