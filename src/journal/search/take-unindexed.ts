import type { Lane, Statement } from "../lane.ts";
import type { Unindexed } from "./port.ts";

/** How long nobody else takes up a session that somebody has taken up. */
const LEASE_MS = 30_000;

const TAKE_UNINDEXED: Statement = {
  name: "take_unindexed",
  text: `
    WITH taken AS (
      UPDATE search_queue SET ready_at = $2 WHERE session IN (
        SELECT session FROM search_queue WHERE ready_at <= $1
        ORDER BY ready_at LIMIT $3 FOR UPDATE SKIP LOCKED)
      RETURNING session, version
    )
    SELECT t.session, t.version, coalesce(p.seq, 0) AS seq, s.tenant_id, s.user_id, s.title
    FROM taken t JOIN sessions s ON s.uid = t.session
      LEFT JOIN search_progress p ON p.session = t.session`,
};

interface TakenRow {
  readonly session: string;
  readonly version: number;
  readonly seq: number;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly title: string | null;
}

export async function takeUnindexed(lane: Lane, now: Date, limit: number): Promise<Unindexed[]> {
  const until = new Date(now.getTime() + LEASE_MS);
  const values = [now.toISOString(), until.toISOString(), limit];
  const rows = await lane.run<TakenRow>(TAKE_UNINDEXED, values);
  return rows.map((row) => ({
    uid: row.session,
    indexedSeq: row.seq,
    version: row.version,
    owner: { tenantId: row.tenant_id, userId: row.user_id },
    title: row.title ?? undefined,
  }));
}
