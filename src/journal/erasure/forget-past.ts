import type { Lane, Statement } from "../lane.ts";
import { RECEIPTS } from "./remains.ts";

const FORGET_SNAPSHOTS: Statement = {
  name: "forget_snapshots",
  text: "DELETE FROM session_snapshots WHERE session = $1",
};

const FORGET_STATES: Statement = {
  name: "forget_states",
  text: `UPDATE operations SET ${RECEIPTS.set} WHERE session = $1 AND ${RECEIPTS.where}`,
};

const INDEX_ANEW: Statement = {
  name: "index_anew",
  text: `
    WITH begun AS (UPDATE search_progress SET seq = 0 WHERE session = $1)
    INSERT INTO search_queue AS q (session, version, ready_at)
    SELECT uid, version, $2 FROM sessions WHERE uid = $1
    ON CONFLICT (session) DO UPDATE SET ready_at = excluded.ready_at,
      version = greatest(q.version, excluded.version)`,
};

/** The state at a place then follows from all events before it, and is remembered again later. */
export async function forgetPast(lane: Lane, uid: string, now: Date): Promise<void> {
  await lane.run(FORGET_SNAPSHOTS, [uid]);
  await lane.run(FORGET_STATES, [uid]);
  await lane.run(INDEX_ANEW, [uid, now.toISOString()]);
}
