import { soughtUuid } from "../derived-text.ts";
import { grouped } from "../grouped.ts";
import type { Lane, Statement } from "../lane.ts";
import { boundedTime } from "../queries/bounds.ts";
import type { LeaseRenewal, LeaseStanding } from "./port.ts";
import { FOUND, type FoundRow, foundTask } from "./task-row.ts";

/** Leases one statement renews at most. */
const RENEWALS_PER_QUERY = 500;

/**
 * Rows are locked in the order of their ids, as by writes that change tasks, so that the two never
 * wait for each other in a circle.
 */
const UNTIL = `greatest(k.lease_until,
          coalesce(r.until, r.now + k.lease_length))`;

const RENEW_LEASES: Statement = {
  name: "renew_leases",
  text: `
    WITH asked AS MATERIALIZED (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
        WITH ORDINALITY AS r (task_id, lease_id, now, until, n)
    ), held AS MATERIALIZED (
      SELECT task_id FROM tasks WHERE task_id = ANY($1::uuid[]) ORDER BY task_id FOR UPDATE
    ), renewed AS (
      UPDATE tasks k SET lease_until = ${UNTIL},
        lease_length = coalesce(r.until - r.now, k.lease_length)
      FROM held JOIN (
        SELECT task_id, lease_id, min(now) AS now, max(until) AS until
        FROM asked GROUP BY task_id, lease_id
      ) r USING (task_id)
      WHERE k.task_id = r.task_id AND k.lease_id = r.lease_id AND k.lease_until > r.now
      RETURNING k.task_id, k.lease_id, k.lease_until, k.bytes
    )
    SELECT r.n::int, ${FOUND}, coalesce(w.bytes, k.bytes) AS bytes, w.lease_until AS until
    FROM asked r JOIN tasks k ON k.task_id = r.task_id JOIN sessions s ON s.uid = k.session
      LEFT JOIN renewed w ON w.task_id = r.task_id AND w.lease_id = r.lease_id`,
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
