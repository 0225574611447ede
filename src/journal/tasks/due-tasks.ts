import type { Lane, Statement } from "../lane.ts";
import { boundedInteger, boundedTime } from "../queries/bounds.ts";
import { type DueTask, OFFER_MS } from "./port.ts";
import { PLACE, type PlaceRow, placeOf, SESSION } from "./task-row.ts";

/**
 * Heartbeats move the end of a lease and not `due_at`, which is indexed: a task is looked at when
 * it would be due had nobody been heard of, and then put off to when it will be.
 */
const DUE_TASKS: Statement = {
  name: "due_tasks",
  text: `
    WITH looked AS (
      UPDATE tasks SET due_at =
        CASE WHEN least(lease_until, deadline_at) <= $1 THEN $2
          ELSE least(lease_until, deadline_at) END
      WHERE task_id = ANY (ARRAY(
        SELECT task_id FROM tasks WHERE due_at <= $1
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED))
      RETURNING *
    )
    SELECT ${PLACE}, k.lease_id, k.lease_until, k.deadline_at
    FROM looked k ${SESSION}
    WHERE least(k.lease_until, k.deadline_at) <= $1
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
