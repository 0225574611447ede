import { soughtId } from "../derived-text.ts";
import { headOf } from "../head.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedInteger, boundedTime } from "../queries/bounds.ts";
import { headRow, type RawHeadRow } from "../queries/head-columns.ts";
import type { SharedPage, SharedQuery } from "./port.ts";
import { shareName } from "./share-name.ts";

const LIST_SHARED: Statement = {
  name: "list_shared",
  text: `
    SELECT m.shared_at, s.version, s.state_version, s.gate_version, s.message_count, s.turn_count,
      s.log_bytes, s.updated_at, s.state
    FROM (
      SELECT x.session, max(x.shared_at) AS shared_at FROM shares x
      WHERE x.tenant_id = $1 AND x.name = ANY($3::text[])
        AND (x.expires_at IS NULL OR x.expires_at > $4)
      GROUP BY x.session
    ) m CROSS JOIN LATERAL (
      SELECT * FROM sessions h WHERE h.uid = m.session OFFSET 0
    ) s
    WHERE s.user_id <> $2 AND s.deleted_at IS NULL AND s.archived_at IS NULL
      AND (s.expires_at IS NULL OR s.expires_at > $4)
    ORDER BY m.shared_at DESC, s.uid DESC
    LIMIT $5 OFFSET $6`,
};

export async function listShared(lane: Lane, query: SharedQuery): Promise<SharedPage> {
  const { tenantId, userId, names, now, limit, offset } = query;
  const rows = await lane.run<RawHeadRow & { shared_at: Date }>(LIST_SHARED, [
    soughtId(tenantId),
    soughtId(userId),
    names.map(shareName),
    boundedTime(now),
    limit + 1,
    boundedInteger(offset),
  ]);
  const entries = rows
    .slice(0, limit)
    .map((row) => ({ head: headOf(headRow(row)), sharedAt: row.shared_at }));
  return { entries, hasMore: rows.length > limit };
}
