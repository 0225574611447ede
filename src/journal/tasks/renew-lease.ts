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
      SELECT task_id, session, tenant_id, user_id, lease_id, lease_until, lease_length, bytes
      FROM tasks WHERE task_id = ANY($1::uuid[]) ORDER BY task_id FOR UPDATE
    ), standing AS MATERIALIZED (
      SELECT r.n, r.now, r.until, k.*,
        k.lease_id = r.lease_id AND k.lease_until > r.now AS renewed
      FROM asked r JOIN held k ON k.task_id = r.task_id
    ), wanted AS MATERIALIZED (
      SELECT task_id, greatest(lease_until, max(coalesce(until, now + lease_length))) AS until,
        coalesce(max(until - now), lease_length) AS length
      FROM standing WHERE renewed GROUP BY task_id, lease_until, lease_length
    ), extended AS (
      UPDATE tasks k SET (lease_until, lease_length) = (
        SELECT w.until, w.length FROM wanted w WHERE w.task_id = k.task_id)
      WHERE k.task_id = ANY (ARRAY(SELECT task_id FROM wanted))
    )
    SELECT k.n::int, ${FOUND}, k.bytes, w.until
    FROM standing k ${SESSION} LEFT JOIN wanted w ON k.renewed AND w.task_id = k.task_id`,
};

interface StandingRow extends FoundRow {
  /** Number of the renewal, from 1. */
  readonly n: number;
  /** Null where the lease was not renewed. */
  readonly until: Date | null;
}

/** Renewals that come together go into one statement. */
export function prepareRenewLease(lane: Lane) {
  const renew = grouped(
    (renewals: readonly LeaseRenewal[]) => renewLeases(lane, renewals),
    RENEWALS_PER_QUERY,
  );
  return async (renewal: LeaseRenewal): Promise<LeaseStanding | undefined> => {
    const row = await renew(renewal);
    return row && { ...foundTask(row), until: row.until ?? undefined };
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
    renewals.map(({ until }) => (until === undefined ? null : boundedTime(until))),
  ]);
  const byNumber = new Map(rows.map((row) => [row.n, row]));
  return renewals.map((_, index) => byNumber.get(index + 1));
}
