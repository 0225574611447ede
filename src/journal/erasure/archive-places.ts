import type { Lane, Statement } from "../lane.ts";
import type { ArchivePlace } from "./port.ts";

/** From one place to the next in the index, however many sessions lie between them. */
const ARCHIVE_PLACES: Statement = {
  name: "archive_places",
  text: `
    WITH RECURSIVE places AS (
      (SELECT tenant_id, session_type FROM sessions
        WHERE archived_at IS NOT NULL AND deleted_at IS NULL
          AND (tenant_id, session_type) > ($1, $2::smallint)
        ORDER BY tenant_id, session_type LIMIT 1)
      UNION ALL
      SELECT next.* FROM places p CROSS JOIN LATERAL (
        SELECT s.tenant_id, s.session_type FROM sessions s
        WHERE s.archived_at IS NOT NULL AND s.deleted_at IS NULL
          AND (s.tenant_id, s.session_type) > (p.tenant_id, p.session_type)
        ORDER BY s.tenant_id, s.session_type LIMIT 1) next
    )
    SELECT tenant_id, session_type FROM places LIMIT $3`,
};

export async function archivePlaces(
  lane: Lane,
  after: ArchivePlace | undefined,
  limit: number,
): Promise<ArchivePlace[]> {
  const values = [after?.tenantId ?? "", after?.sessionType ?? -1, limit];
  const rows = await lane.run<{ tenant_id: string; session_type: number }>(ARCHIVE_PLACES, values);
  return rows.map((row) => ({ tenantId: row.tenant_id, sessionType: row.session_type }));
}
