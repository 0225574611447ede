import type { Lane, Statement } from "../lane.ts";
import { counted } from "./counted.ts";
import type { Purge } from "./port.ts";

/** How long nobody else is given what somebody was given, in milliseconds. */
export const TAKEN_MS = 10_000;

const TAKE_PURGES: Statement = {
  name: "take_purges",
  text: `
    UPDATE purges SET due_at = $2 WHERE uid IN (
      SELECT uid FROM purges WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING uid, tenant_id, user_id, session_id, begun_at, swept`,
};

const SWEEP_AGAIN: Statement = {
  name: "sweep_again",
  text: "UPDATE purges SET due_at = $2, swept = true WHERE uid = $1",
};

const END_PURGE: Statement = {
  name: "end_purge",
  text: `
    WITH ended AS (DELETE FROM purges WHERE uid = $1 RETURNING erasure)
    ${counted("sessions", "ended", "SELECT erasure FROM ended")}`,
};

interface PurgeRow {
  readonly uid: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly begun_at: Date;
  readonly swept: boolean;
}

export async function takePurges(lane: Lane, now: Date, limit: number): Promise<Purge[]> {
  const until = new Date(now.getTime() + TAKEN_MS);
  const rows = await lane.run<PurgeRow>(TAKE_PURGES, [
    now.toISOString(),
    until.toISOString(),
    limit,
  ]);
  return rows.map((row) => ({
    uid: row.uid,
    tenantId: row.tenant_id,
    userId: row.user_id,
    sessionId: row.session_id,
    begunAt: row.begun_at,
    swept: row.swept,
  }));
}

export async function sweepAgain(lane: Lane, uid: string, at: Date): Promise<void> {
  await lane.run(SWEEP_AGAIN, [uid, at.toISOString()]);
}

export async function endPurge(lane: Lane, uid: string): Promise<void> {
  await lane.run(END_PURGE, [uid]);
}
