import type { Lane, Statement } from "../lane.ts";
import { boundedInteger, boundedTime } from "../queries/bounds.ts";
import { type DueTask, OFFER_MS } from "./port.ts";
import { PLACE, type PlaceRow, placeOf, SESSION } from "./task-row.ts";

const DUE_TASKS: Statement = {
  name: "due_tasks",
  text: `
    WITH due AS (
      UPDATE tasks SET due_at = $2 WHERE task_id = ANY (ARRAY(
        SELECT task_id FROM tasks WHERE due_at <= $1
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED))
      RETURNING *
    )
    SELECT ${PLACE}, k.lease_id, k.lease_until, k.deadline_at
    FROM due k ${SESSION}
    ORDER BY least(k.lease_until, k.deadline_at)`,
};

interface DueRow extends PlaceRow {
  readonly lease_id: string | null;
  readonly lease_until: Date | null;
  readonly deadline_at: Date | null;
}

export async function dueTasks(lane: Lane, now: Date, limit: number): Promise<DueTask[]> {
  const until = new Date(now.getTime() + OFFER_MS);
  const values = [boundedTime(now), boundedTime(until), boundedInteger(limit)];
  const rows = await lane.run<DueRow>(DUE_TASKS, values);
  return rows.map((row) => ({
    ...placeOf(row),
    leaseId: row.lease_id ?? undefined,
    leaseUntil: row.lease_until ?? undefined,
    deadlineAt: row.deadline_at ?? undefined,
  }));
}
