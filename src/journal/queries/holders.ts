import type { HeadRow } from "../head.ts";
import type { Lane, Statement } from "../lane.ts";
import { headRow, type RawHeadRow } from "./head-columns.ts";

/** The state of somebody else's session is left where it is. */
const FIND_HOLDERS: Statement = {
  name: "find_holders",
  text: `
    SELECT w.n::int, h.external, h.deleted_at IS NULL AS living, h.user_id = w.user_id AS own,
      h.version, h.state_version, h.gate_version, h.message_count, h.turn_count, h.log_bytes,
      h.updated_at,
      CASE WHEN h.user_id = w.user_id THEN h.state END AS state
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
      WITH ORDINALITY AS w (tenant_id, session_id, user_id, external_id, n)
    CROSS JOIN LATERAL (
      (SELECT false AS external, s.* FROM sessions s
        WHERE s.tenant_id = w.tenant_id AND s.session_id = w.session_id
        ORDER BY s.deleted_at DESC NULLS FIRST LIMIT 1)
      UNION ALL
      (SELECT true AS external, s.* FROM sessions s
        WHERE s.tenant_id = w.tenant_id AND s.user_id = w.user_id
          AND s.external_id = w.external_id AND s.deleted_at IS NULL
          AND s.external_id IS NOT NULL)
    ) h`,
};

/** Who has an id that a new session asked for. */
export interface Holder {
  readonly living: boolean;
  /** Undefined if the session is somebody else's. */
  readonly row: HeadRow | undefined;
}

export interface Holders {
  /** The living session of the `session_id`, else the last deleted one. */
  byId?: Holder;
  /** The owner's living session of the `external_id`. */
  byExternalId?: Holder;
}

interface HolderRow extends RawHeadRow {
  readonly n: number;
  readonly external: boolean;
  readonly living: boolean;
  readonly own: boolean;
}

interface Sought {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly externalId?: string;
}

/** One answer per session sought, in their order. */
export async function findHolders(lane: Lane, sought: readonly Sought[]): Promise<Holders[]> {
  const holders: Holders[] = sought.map(() => ({}));
  const rows = await lane.run<HolderRow>(FIND_HOLDERS, [
    sought.map((one) => one.tenantId),
    sought.map((one) => one.sessionId),
    sought.map((one) => one.userId),
    sought.map((one) => one.externalId ?? null),
  ]);
  for (const row of rows) {
    const holder = { living: row.living, row: row.own ? headRow(row) : undefined };
    holders[row.n - 1]![row.external ? "byExternalId" : "byId"] = holder;
  }
  return holders;
}
