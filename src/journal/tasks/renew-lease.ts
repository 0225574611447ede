import { soughtUuid } from "../derived-text.ts";
import { grouped } from "../grouped.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedTime } from "../queries/bounds.ts";
import type { LeaseRenewal, LeaseStanding } from "./port.ts";
import { FOUND, type FoundRow, foundTask, SESSION } from "./task-row.ts";

/** Leases one statement renews at most. */
const RENEWALS_PER_QUERY = 200;

/**
 * Rows are locked in the order of their ids, as by writes that change tasks, so that the two never
 * wait for each other in a circle; what they hold is then as it stays.
 */
const RENEW_LEASES: Statement = {
  name: "renew_leases",
  text: `
    WITH asked AS MATERIALIZED (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
        WITH ORDINALITY AS r (task_id, lease_id, now, until, n)
    ), held AS MATERIALIZED (
      SELECT task_id, session, tenant_id, user_id, lease_id, lease_until, deadline_at, bytes
      FROM tasks WHERE task_id = ANY($1::uuid[]) ORDER BY task_id FOR UPDATE
    ), standing AS MATERIALIZED (
      SELECT r.n, r.until, k.*, k.lease_id = r.lease_id AND k.lease_until > r.now AS renewed
      FROM asked r JOIN held k ON k.task_id = r.task_id
    ), wanted AS MATERIALIZED (
      SELECT task_id, greatest(lease_until, max(until)) AS until, deadline_at
      FROM standing WHERE renewed GROUP BY task_id, lease_until, deadline_at
    ), extended AS (
      UPDATE tasks k SET (lease_until, due_at) = (
        SELECT w.until, least(w.until, w.deadline_at) FROM wanted w WHERE w.task_id = k.task_id)
      WHERE k.task_id = ANY (ARRAY(SELECT task_id FROM wanted))
    )
    SELECT k.n::int, ${FOUND}, k.bytes, k.renewed IS TRUE AS renewed
    FROM standing k ${SESSION}`,
};

interface StandingRow extends FoundRow {
  /** Number of the renewal, from 1. */
  readonly n: number;
  readonly renewed: boolean;
}

/** Renewals that come together go into one statement. */
export function prepareRenewLease(lane: Lane) {
  const renew = grouped(
    (renewals: readonly LeaseRenewal[]) => renewLeases(lane, renewals),
    RENEWALS_PER_QUERY,
  );
  return async (renewal: LeaseRenewal): Promise<LeaseStanding | undefined> => {
    const row = await renew(renewal);
    return row && { ...foundTask(row), renewed: row.renewed };
  };
}

async function renewLeases(
  lane: Lane,
  renewals: readonly LeaseRenewal[],
): Promise<(StandingRow | undefined)[]> {
  const rows = await lane.run<StandingRow>(RENEW_LEASES, [
    renewals.map(({ taskId }) => soughtUuid(taskId)),
    renewals.map(({ leaseId }) => soughtUuid(leaseId)),
    renewals.map(({ now }) => boundedTime(now)),
    renewals.map(({ until }) => boundedTime(until)),
  ]);
  const byNumber = new Map(rows.map((row) => [row.n, row]));
  return renewals.map((_, index) => byNumber.get(index + 1));
}
