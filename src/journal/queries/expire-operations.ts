import type { Lane, Statement } from "../lane.ts";
import { forgottenSince } from "../operation.ts";

/** `SKIP LOCKED`, since other replicas clear up as well. */
const EXPIRE_OPERATIONS: Statement = {
  name: "expire_operations",
  text: `
    WITH expired AS (
      DELETE FROM operations WHERE digest IN (
        SELECT digest FROM operations WHERE created_at <= $1
        ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING 1
    )
    SELECT count(*)::int AS count FROM expired`,
};

export async function expireOperations(lane: Lane, now: Date, limit: number): Promise<number> {
  const values = [forgottenSince(now).toISOString(), limit];
  const [row] = await lane.run<{ count: number }>(EXPIRE_OPERATIONS, values);
  return row!.count;
}
