import type { Lane, Statement } from "../lane.ts";
import { counted } from "./counted.ts";
import { REMAINS, type Remains } from "./remains.ts";

/** Rows that one statement removes. */
const PIECE = 5000;

/**
 * Without a purge nothing is removed. Counts are raised only for a purge that is part of an erasure.
 * @param $1 the session, $2 most rows
 */
function removal({ kind, table, key, emptied }: Remains): Statement {
  const rows = emptied === undefined ? "session = $1" : `session = $1 AND ${emptied.where}`;
  const remove =
    emptied === undefined ? `DELETE FROM ${table}` : `UPDATE ${table} SET ${emptied.set}`;
  const counts =
    kind === undefined
      ? ""
      : `, counts AS (${counted(kind, "removed", "SELECT erasure FROM purge")})`;
  return {
    name: `purge_${table}`,
    text: `
      WITH purge AS MATERIALIZED (SELECT erasure FROM purges WHERE uid = $1),
      removed AS (
        ${remove} WHERE ${rows} AND EXISTS (SELECT FROM purge) AND ${key} IN (
          SELECT ${key} FROM ${table} WHERE ${rows} ORDER BY ${key} LIMIT $2)
        RETURNING 1
      )${counts}
      SELECT count(*)::int AS count FROM removed`,
  };
}

export const REMOVALS: readonly Statement[] = REMAINS.map(removal);

export async function removePurged(lane: Lane, uid: string): Promise<void> {
  for (const statement of REMOVALS) {
    for (let removed = PIECE; removed === PIECE; ) {
      const [row] = await lane.run<{ count: number }>(statement, [uid, PIECE]);
      removed = row!.count;
    }
  }
}
