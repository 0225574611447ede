import type { Lane, Statement } from "../lane.ts";
import type { UnderErasure } from "./port.ts";
import { TAKEN_MS } from "./take-purges.ts";

const TAKE_ERASURES: Statement = {
  name: "take_erasures",
  text: `
    UPDATE erasures SET due_at = $2, started_at = coalesce(started_at, $1) WHERE erasure_id IN (
      SELECT erasure_id FROM erasures WHERE due_at <= $1
      ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING erasure_id, tenant_id, user_id, pseudonym`,
};

const CONTINUE_ERASURE: Statement = {
  name: "continue_erasure",
  text: "UPDATE erasures SET due_at = $2 WHERE erasure_id = $1 AND completed_at IS NULL",
};

const COMPLETE_ERASURE: Statement = {
  name: "complete_erasure",
  text: `
    UPDATE erasures SET completed_at = $2, user_id = NULL, due_at = NULL
    WHERE erasure_id = $1 AND completed_at IS NULL
      AND NOT EXISTS (SELECT FROM purges WHERE erasure = $1)
    RETURNING 1`,
};

interface TakenRow {
  readonly erasure_id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly pseudonym: string;
}

export async function takeErasures(lane: Lane, now: Date, limit: number): Promise<UnderErasure[]> {
  const until = new Date(now.getTime() + TAKEN_MS);
  const values = [now.toISOString(), until.toISOString(), limit];
  const rows = await lane.run<TakenRow>(TAKE_ERASURES, values);
  return rows.map((row) => ({
    erasureId: row.erasure_id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    pseudonym: row.pseudonym,
  }));
}

export async function continueErasure(lane: Lane, erasureId: string, at: Date): Promise<void> {
  await lane.run(CONTINUE_ERASURE, [erasureId, at.toISOString()]);
}

export async function completeErasure(lane: Lane, erasureId: string, now: Date): Promise<boolean> {
  return (await lane.run(COMPLETE_ERASURE, [erasureId, now.toISOString()])).length > 0;
}
