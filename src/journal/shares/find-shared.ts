import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { soughtId } from "../derived-text.ts";
import { headOf } from "../head.ts";
import type { Lane, Statement } from "../lane.ts";
import { headRow, type RawHeadRow } from "../queries/head-columns.ts";
import { shareName } from "./share-name.ts";

const FIND_SHARED: Statement = {
  name: "find_shared",
  text: `
    SELECT s.version, s.state_version, s.gate_version, s.message_count, s.turn_count,
      s.log_bytes, s.updated_at, s.state
    FROM shares x CROSS JOIN LATERAL (
      SELECT * FROM sessions h WHERE h.uid = x.session OFFSET 0
    ) s
    WHERE x.tenant_id = $1 AND x.name = $2 AND s.deleted_at IS NULL
    LIMIT 1`,
};

export async function findShared(
  lane: Lane,
  tenantId: string,
  name: string,
): Promise<Head | undefined> {
  const values = [soughtId(tenantId), shareName(name)];
  const [row] = await lane.run<RawHeadRow>(FIND_SHARED, values);
  return row && headOf(headRow(row));
}
