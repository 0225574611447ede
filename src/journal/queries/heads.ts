import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { soughtId } from "../derived-text.ts";
import { type HeadRow, headOf } from "../head.ts";
import type { Lane, Statement } from "../lane.ts";
import type { SessionAddress } from "../port.ts";
import { shareName } from "../shares/share-name.ts";
import { headRow, type RawHeadRow } from "./head-columns.ts";

const NO_UUID = "'00000000-0000-0000-0000-000000000000'";

/**
 * The owner is compared before the row with the state is fetched, so another's
 * session costs what an unknown id costs: two probes each, one of the index of
 * ids and one of the index of shares. One of ids is enough: the id of a deleted
 * session is free for its owner only, so all of one id are one's.
 */
const READ_HEADS: Statement = {
  name: "read_heads",
  text: `
    SELECT a.n::int, h.version, h.state_version, h.gate_version, h.message_count,
      h.turn_count, h.log_bytes, h.updated_at, h.state
    FROM unnest($1::text[], $2::text[], $3::text[])
      WITH ORDINALITY AS a (tenant_id, user_id, id, n)
    LEFT JOIN LATERAL (
      SELECT s.uid, s.user_id = a.user_id AS own, s.deleted_at IS NULL AS living FROM sessions s
      WHERE s.tenant_id = a.tenant_id AND s.session_id = a.id
      ORDER BY s.deleted_at DESC NULLS FIRST LIMIT 1
    ) holder ON true
    LEFT JOIN LATERAL (
      SELECT s.uid FROM sessions s
      WHERE (holder.own AND holder.living) IS NOT TRUE AND s.tenant_id = a.tenant_id AND s.user_id = a.user_id
        AND s.external_id = a.id AND s.deleted_at IS NULL AND s.external_id IS NOT NULL
    ) called ON true
    LEFT JOIN LATERAL (
      SELECT x.session AS uid FROM unnest($4::int[], $5::text[]) AS w (n, name)
        JOIN shares x ON x.session = coalesce(holder.uid, ${NO_UUID}) AND x.name = w.name
      WHERE holder.own IS NOT TRUE AND w.n = a.n
      LIMIT 1
    ) shared ON true
    JOIN LATERAL (
      SELECT * FROM sessions s
      WHERE s.uid = coalesce(called.uid, CASE WHEN holder.own THEN holder.uid END,
        CASE WHEN holder.living THEN shared.uid END) OFFSET 0
    ) h ON true`,
};

const READ_DELETED_HEAD: Statement = {
  name: "read_deleted_head",
  text: `
    SELECT version, state_version, gate_version, message_count, turn_count, log_bytes,
      updated_at, state
    FROM sessions
    WHERE tenant_id = $1 AND session_id = $2 AND user_id = $3 AND deleted_at IS NOT NULL
    ORDER BY deleted_at DESC
    LIMIT 1`,
};

/** One row per address that names a session, in the order of the addresses. */
export async function readHeadRows(
  lane: Lane,
  addresses: readonly SessionAddress[],
): Promise<(HeadRow | undefined)[]> {
  const rows = await lane.run<RawHeadRow & { n: number }>(READ_HEADS, [
    addresses.map((address) => soughtId(address.tenantId)),
    addresses.map((address) => soughtId(address.userId)),
    addresses.map((address) => soughtId(address.id)),
    addresses.flatMap(({ grantees = [] }, index) => grantees.map(() => index + 1)),
    addresses.flatMap(({ grantees = [] }) => grantees.map(shareName)),
  ]);
  const heads: (HeadRow | undefined)[] = addresses.map(() => undefined);
  for (const row of rows) heads[row.n - 1] = headRow(row);
  return heads;
}

export async function readDeletedHead(
  lane: Lane,
  address: SessionAddress,
): Promise<Head | undefined> {
  const { tenantId, userId, id } = address;
  const values = [soughtId(tenantId), soughtId(id), soughtId(userId)];
  const [row] = await lane.run<RawHeadRow>(READ_DELETED_HEAD, values);
  return row && headOf(headRow(row));
}
